import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import { useState, type FormEvent } from 'react';
import { removalSteps, type RemovalStep } from '#core/panel/admin-contract';
import { Field } from '../components/field';
import { Instruction, Problem, Why } from '../components/messages';
import { Progress } from '../components/progress';
import { StateMark, type Mark } from '../components/state-mark';
import { useAdmin } from '../hooks/admin-context';
import { removalNames } from './removal-names';
import { isOver, useRemoval, type Removal, type RemovalRow } from './use-removal';

/** Takes away what the app made in Jira: shown first, confirmed by typing, reported step by step. */
export function RemovalTab() {
  const { refresh } = useAdmin();
  const removal = useRemoval(refresh);
  const { rows, running, isPlanned } = removal;
  const hasBegun = removalSteps.some((step) => rows[step]?.report != null);
  const isDone = removalSteps.every((step) => isOver(rows[step]));
  const isWorking = running !== null;
  return (
    <div className="qc-stack">
      <p>
        Removal takes away what this app made in Jira, step by step, and forgets the executor. Issues and what
        was written on them stay. The ledger of every change and of these settings stays in the app&apos;s
        storage until the app itself is uninstalled; that is done in Jira under Apps, Manage apps.
      </p>
      {running !== null && (
        <Progress
          words={`${running.what === 'plan' ? 'Looking at' : 'Removing'}: ${removalNames[running.step]}`}
          position={running.position}
          total={removalSteps.length}
        />
      )}
      {Object.keys(rows).length > 0 && <Steps rows={rows} running={running} />}
      {isDone && (
        <SectionMessage appearance="success" title="Removed">
          <p>
            Everything that could go is gone. The ledger stays until you uninstall the app in Jira under Apps,
            Manage apps.
          </p>
        </SectionMessage>
      )}
      {!isDone && !hasBegun && (
        <div className="qc-row">
          <Button
            appearance={isPlanned ? 'default' : 'primary'}
            isDisabled={isWorking}
            onClick={() => void removal.preview()}
          >
            {isPlanned ? 'Preview again' : 'Preview the removal'}
          </Button>
          <Why text={isWorking ? 'Wait until the step at work is done.' : null} />
        </div>
      )}
      {!isDone && isPlanned && <Confirm removal={removal} hasBegun={hasBegun} />}
    </div>
  );
}

/** The typed confirmation; a removal that stopped in the middle goes on with the same word. */
function Confirm({ removal, hasBegun }: { removal: Removal; hasBegun: boolean }) {
  const { overview } = useAdmin();
  // The project is forgotten while the removal runs: what was asked for at first stays asked for.
  const [word] = useState(overview.project?.key ?? 'REMOVE');
  const [typed, setTyped] = useState('');
  const isWorking = removal.running !== null;
  const isTyped = typed.trim() === word;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (isTyped && !isWorking) void removal.remove();
  };
  return (
    <form className="qa-card qc-stack-tight" noValidate onSubmit={submit} aria-label="Confirm the removal">
      <Field
        label={
          overview.project === null && word === 'REMOVE'
            ? `Type ${word} to confirm`
            : `Type the project key ${word} to confirm`
        }
        value={typed}
        onChange={setTyped}
        isDisabled={isWorking}
        help="What is removed can be made again, but not with the same ids."
      />
      <div className="qc-row">
        <Button type="submit" appearance="danger" isDisabled={!isTyped || isWorking}>
          {hasBegun ? 'Go on removing' : 'Remove'}
        </Button>
      </div>
      <Why
        text={
          isWorking
            ? 'Wait until the step at work is done.'
            : isTyped
              ? null
              : `Type ${word} exactly to remove.`
        }
      />
    </form>
  );
}

function Steps({ rows, running }: { rows: Removal['rows']; running: Removal['running'] }) {
  return (
    <ol className="qa-steps" aria-label="Steps of the removal">
      {removalSteps.map((step) => (
        <Step key={step} step={step} row={rows[step]} isRunning={running?.step === step} />
      ))}
    </ol>
  );
}

function Step(props: { step: RemovalStep; row: RemovalRow | undefined; isRunning: boolean }) {
  const { step, row, isRunning } = props;
  const plan = row?.plan ?? null;
  const report = row?.report ?? null;
  return (
    <li data-testid={`removal-${step}`}>
      <div className="qc-row-between">
        <h3 className="qc-label">{removalNames[step]}</h3>
        <StateMark {...stateOf(row, isRunning)} />
      </div>
      {report === null && plan !== null && plan.what.length > 0 && (
        <ul>
          {plan.what.map((what, index) => (
            <li key={index}>{what}</li>
          ))}
        </ul>
      )}
      {report === null && plan !== null && plan.why !== null && <p className="qc-subtle">{plan.why}</p>}
      {report !== null && <p className="qc-subtle">{report.message}</p>}
      {report?.instruction != null && <Instruction title="Do this in Jira">{report.instruction}</Instruction>}
      <Problem text={row?.problem ?? null} />
    </li>
  );
}

function stateOf(row: RemovalRow | undefined, isRunning: boolean): { mark: Mark; text?: string } {
  if (isRunning) return { mark: 'working' };
  if (row === undefined) return { mark: 'waiting', text: 'Not looked at yet' };
  if (row.problem !== null) return { mark: 'broken', text: 'Failed' };
  const state = row.report?.state ?? row.plan?.state;
  switch (state) {
    case 'removed':
      return { mark: 'done', text: 'Removed' };
    case 'manual':
      return { mark: 'person' };
    case 'kept':
    case 'keep':
      return { mark: 'waiting', text: row.report === null ? 'Stays' : 'Kept' };
    case 'gone':
      return { mark: 'done', text: 'Already gone' };
    default:
      return { mark: 'todo', text: 'Will be removed' };
  }
}
