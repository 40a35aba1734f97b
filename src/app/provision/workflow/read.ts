import { rest, type KeptIds, type SiteAdmin } from '../site-admin';
import { askAnAdmin, needed } from '../step';
import { ReadReply, type Workflow } from './shape';

/** A workflow with the answer that it came in, which names its statuses. */
export interface Found {
  readonly read: ReadReply;
  readonly workflow: Workflow;
}

/** The workflow whose id we kept. */
export async function keptWorkflow(admin: SiteAdmin, ids: KeptIds): Promise<Found | undefined> {
  const id = ids['workflowId'];
  if (id === undefined) return undefined;
  return ask(admin, { workflowIds: [id] }, (workflow) => workflow.id === id);
}

/** Our workflow: by its kept id, else by its exact name. */
export async function findWorkflow(
  admin: SiteAdmin,
  ids: KeptIds,
  workflowName: string,
): Promise<Found | undefined> {
  return (
    (await keptWorkflow(admin, ids)) ??
    (await ask(admin, { workflowNames: [workflowName] }, ({ name }) => name === workflowName))
  );
}

async function ask(
  admin: SiteAdmin,
  body: object,
  fits: (workflow: Workflow) => boolean,
): Promise<Found | undefined> {
  const reply = await admin.ask(rest(['workflows']), body, ReadReply);
  // ⚠ What Jira answers for a workflow that it does not have is not documented: an empty list here, or one of these.
  if (!reply.ok && (reply.error.status === 400 || reply.error.status === 404)) return undefined;
  const read = needed(reply, askAnAdmin);
  const workflow = read.workflows.find(fits);
  return workflow && { read, workflow };
}
