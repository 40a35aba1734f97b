import Button from '@atlaskit/button/new';
import { useContext, useEffect, useRef, useState } from 'react';
import { setupSteps } from '#core/panel/admin-contract';
import type { GroupRef } from '#core/settings/settings';
import { count } from '../../shared/format';
import { adminCall } from '../bridge/admin-call';
import { GroupPicker } from '../components/group-picker';
import { Problem, Why } from '../components/messages';
import { StepProgress } from '../components/progress';
import { ProjectPicker } from '../components/project-picker';
import { StepList } from '../components/step-list';
import { useAdmin } from '../hooks/admin-context';
import { useAttempt } from '../hooks/use-attempt';
import { ChosenProject, useProjectKey } from '../hooks/use-project-key';
import { isRight, type StepBoard, type StepRow } from '../hooks/use-step-board';

/** Project and operators, the preview of every change to Jira, and the changes themselves. */
export function JiraSection() {
  const { overview, board, show } = useAdmin();
  const chosen = useContext(ChosenProject);
  const projectKey = useProjectKey();
  const [group, setGroup] = useState<GroupRef | null>(null);
  const { busy, problem, attempt } = useAttempt<'operators'>();
  const operators = group ?? overview.operators?.group ?? null;
  useCheckOnReturn();

  const preview = async (): Promise<void> => {
    if (operators === null) return;
    if (operators.id !== overview.operators?.group.id) {
      const saved = await attempt('operators', () => adminCall('choose-operators', { group: operators }));
      if (saved === undefined) return;
      show(saved);
    }
    await board.check(projectKey);
  };
  const why = missing(projectKey, operators);
  const isWorking = board.running !== null || busy !== null;
  const previewed = setupSteps.every((step) => board.rows[step] !== undefined);
  const todo = setupSteps.some((step) => !isRight(board.rows[step]));
  const isNext = previewed && setupSteps.some((step) => canBeMade(board.rows[step]));
  return (
    <div className="qc-stack">
      <p>
        Query Change makes an issue type with its own fields, statuses, workflow and screens, and shows its
        panel on these issues. The preview lists every change to Jira; nothing is changed before you say so.
      </p>
      {overview.project === null ? (
        <ProjectPicker projectKey={projectKey} onChoose={chosen.choose} isDisabled={isWorking} />
      ) : (
        <p>
          Project: <strong>{overview.project.key}</strong>
        </p>
      )}
      <GroupPicker
        label="Group that runs and resolves changes"
        group={operators}
        onChoose={setGroup}
        isDisabled={isWorking}
        help="Its members run approved changes and decide what happened when an outcome is unknown. The workflow names this group."
      />
      <Problem text={problem} />
      {board.running !== null && <StepProgress running={board.running} />}
      {isNext && board.running === null && <p data-testid="preview-sum">{sumOf(board.rows)}</p>}
      {Object.keys(board.rows).length > 0 && <StepList />}
      <div className="qc-row">
        {isNext && (
          <Button
            appearance="primary"
            isDisabled={isWorking || why !== null}
            onClick={() => void board.make(projectKey)}
          >
            Make these changes
          </Button>
        )}
        <Button
          appearance={isNext || overview.jiraReady ? 'default' : 'primary'}
          isDisabled={isWorking || why !== null}
          onClick={() => void preview()}
        >
          {previewed || overview.jiraReady ? 'Check everything again' : 'Preview'}
        </Button>
      </div>
      <Why text={isWorking ? 'Wait until the step at work is done.' : why} />
      {previewed && !isWorking && <Why text={lastWord(todo, board.checkedAt)} />}
    </div>
  );
}

/** Whoever left in the middle sees where it stands: the steps are planned again. */
function useCheckOnReturn(): void {
  const { overview, board } = useAdmin();
  const asked = useRef(false);
  const isHalfway = overview.project !== null && !overview.jiraReady;
  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    if (isHalfway) void board.check(overview.project?.key ?? null);
    // Only what the page found when it was opened counts.
  }, [isHalfway, board, overview.project]);
}

/** How much the preview lists. */
function sumOf(rows: StepBoard['rows']): string | null {
  const listed = Object.values(rows).flatMap(({ plan, report }) =>
    report === null ? (plan?.changes ?? []) : [],
  );
  if (listed.length === 0) return null;
  return `${count(listed.length, 'change', 'changes')} to Jira, listed below. None of them is made yet.`;
}

/** What only a person can do is not made by pressing a button. */
function canBeMade(row: StepRow | undefined): boolean {
  return !isRight(row) && (row?.report ?? row?.plan)?.state !== 'manual';
}

function missing(projectKey: string | null, operators: GroupRef | null): string | null {
  if (projectKey === null && operators === null) return 'Choose a project and a group first.';
  if (projectKey === null) return 'Choose a project first.';
  return operators === null ? 'Choose a group first.' : null;
}

function lastWord(todo: boolean, checkedAt: string | null): string | null {
  if (todo) return null;
  return checkedAt === null ? 'Every step is right.' : `Every step is right. Checked at ${checkedAt}.`;
}
