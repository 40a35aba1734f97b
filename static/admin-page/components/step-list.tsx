import Button from '@atlaskit/button/new';
import { setupSteps, type PlannedChange, type SetupStep } from '#core/panel/admin-contract';
import { useAdmin } from '../hooks/admin-context';
import { useProjectKey } from '../hooks/use-project-key';
import type { StepRow } from '../hooks/use-step-board';
import { Instruction, Problem } from './messages';
import { StateMark, type Mark } from './state-mark';
import { stepNames } from './step-names';

/** The steps that set Jira up: what each would change, what became of it, and its own repair. */
export function StepList({ steps = setupSteps }: { steps?: readonly SetupStep[] }) {
  const { board } = useAdmin();
  return (
    <ol className="qa-steps" aria-label="Steps in Jira">
      {steps.map((step) => (
        <Step key={step} step={step} row={board.rows[step]} isRunning={board.running?.step === step} />
      ))}
    </ol>
  );
}

function Step(props: { step: SetupStep; row: StepRow | undefined; isRunning: boolean }) {
  const { step, row, isRunning } = props;
  const { mark, text } = stepState(row, isRunning);
  const message = row?.report?.message ?? row?.plan?.message ?? '';
  const instruction = row?.report ? row.report.instruction : (row?.plan?.instruction ?? null);
  return (
    <li data-testid={`step-${step}`} data-mark={mark}>
      <div className="qa-step-line">
        <h4 className="qc-label">{stepNames[step]}</h4>
        <p className="qc-small qc-subtle">{message}</p>
        <StateMark mark={mark} text={text} />
      </div>
      {row?.report == null && row?.plan && <Changes changes={row.plan.changes} />}
      {instruction !== null && <Instruction title="Do this in Jira">{instruction}</Instruction>}
      <Problem text={row?.problem ?? null} />
      <StepButtons step={step} row={row} />
    </li>
  );
}

function StepButtons({ step, row }: { step: SetupStep; row: StepRow | undefined }) {
  const { board, overview } = useAdmin();
  const projectKey = useProjectKey();
  if (row === undefined) return null;
  const isManual = (row.report ?? row.plan)?.state === 'manual';
  // In the first preview everything is made together.
  const isWrong = overview.project !== null && row.report === null && row.plan?.state === 'todo';
  const isMissing = isWrong && row.plan?.changes.every(({ kind }) => kind === 'create');
  const unknown = row.problem !== null;
  if (!isManual && !isWrong && !unknown) return null;
  const isDisabled = board.running !== null;
  return (
    <div className="qc-row">
      {isWrong && (
        <Button
          spacing="compact"
          isDisabled={isDisabled}
          aria-label={`${isMissing ? 'Make' : 'Repair'}: ${stepNames[step]}`}
          onClick={() => void board.makeOne(step, projectKey)}
        >
          {isMissing ? 'Make' : 'Repair'}
        </Button>
      )}
      {(isManual || unknown) && (
        <Button
          spacing="compact"
          isDisabled={isDisabled}
          aria-label={`Check again: ${stepNames[step]}`}
          onClick={() => void board.checkOne(step, projectKey)}
        >
          Check again
        </Button>
      )}
    </div>
  );
}

/** The state of a step in icon and words. */
function stepState(row: StepRow | undefined, isRunning: boolean): { mark: Mark; text?: string } {
  if (isRunning) return { mark: 'working' };
  if (row === undefined) return { mark: 'todo', text: 'Not checked yet' };
  if (row.problem !== null) return { mark: 'broken', text: 'Failed' };
  if (row.report) {
    return row.report.state === 'manual'
      ? { mark: 'person' }
      : { mark: 'done', text: row.report.state === 'unchanged' ? 'Was right' : 'Done' };
  }
  if (row.plan?.state === 'right') return { mark: 'done', text: 'Right' };
  if (row.plan?.state === 'manual') return { mark: 'person' };
  if (row.plan?.state === 'blocked') return { mark: 'waiting' };
  const repairs = row.plan?.changes.some(({ kind }) => kind === 'repair') ?? false;
  return repairs ? { mark: 'broken', text: 'Not right' } : { mark: 'todo', text: 'Will be made' };
}

const verbs: Readonly<Record<PlannedChange['kind'], string>> = {
  create: 'Create',
  change: 'Change',
  repair: 'Repair',
};

/** Planned changes in words. */
export function Changes({ changes }: { changes: readonly PlannedChange[] }) {
  if (changes.length === 0) return null;
  return (
    <ul className="qa-changes">
      {changes.map((change, index) => (
        <li key={index}>
          <span className="qa-verb">{verbs[change.kind]}</span> {change.what}
          {change.detail !== null && <span className="qc-subtle">: {change.detail}</span>}
        </li>
      ))}
    </ul>
  );
}
