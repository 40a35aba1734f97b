import type { TaskRecord } from './entities';
import { nextId, selfLink, type Jira } from './store';

/** Records an asynchronous task that has already run. */
export function finishedTask(
  jira: Jira,
  submittedBy: string,
  description: string,
  result: unknown,
  more: Partial<Pick<TaskRecord, 'status' | 'bulk'>> = {},
): TaskRecord {
  const task: TaskRecord = {
    id: nextId(jira, 'task'),
    description,
    status: more.status ?? 'COMPLETE',
    submittedBy,
    at: jira.clock.now(),
    result,
    ...(more.bulk ? { bulk: more.bulk } : {}),
  };
  jira.state.tasks.push(task);
  return task;
}

/** A task as `GET /task/{taskId}` shows it (`TaskProgressBeanObject`). */
export const formatTask = (jira: Jira, task: TaskRecord) => ({
  self: selfLink(jira, `task/${task.id}`),
  id: task.id,
  description: task.description,
  status: task.status,
  result: task.result,
  // Jira's own numbers for accounts are not account ids; any stable integer will do.
  submittedBy: jira.state.users.findIndex((user) => user.accountId === task.submittedBy) + 10_000,
  progress: 100,
  elapsedRuntime: 1,
  submitted: task.at,
  started: task.at,
  finished: task.at,
  lastUpdate: task.at,
});
