import Button from '@atlaskit/button/new';
import Heading from '@atlaskit/heading';
import SectionMessage from '@atlaskit/section-message';
import type { ReactNode } from 'react';
import { setupSteps, type Drift } from '#core/panel/admin-contract';
import { Time } from '../../shared/components/time';
import { Why } from '../components/messages';
import { StepProgress } from '../components/progress';
import { StateMark } from '../components/state-mark';
import { Changes, StepList } from '../components/step-list';
import { stepNames } from '../components/step-names';
import { approversProblem } from '../connections/connection-words';
import { TestConnection } from '../executor-keys/test-connection';
import { useAdmin } from '../hooks/admin-context';
import { useProjectKey } from '../hooks/use-project-key';
import { isRight } from '../hooks/use-step-board';

/** Whether everything is still as this app made it, and the repair of what is not. */
export function HealthTab() {
  return (
    <div className="qc-stack-wide">
      <Part title="Jira">
        <JiraHealth />
      </Part>
      <Part title="Executor">
        <ExecutorHealth />
      </Part>
      <Part title="Connections">
        <ConnectionsHealth />
      </Part>
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="qc-stack">
      <Heading size="small" as="h3">
        {title}
      </Heading>
      {children}
    </section>
  );
}

function JiraHealth() {
  const { overview, board } = useAdmin();
  const projectKey = useProjectKey();
  const checkedHere = setupSteps.some((step) => board.rows[step] !== undefined);
  const broken = setupSteps.filter((step) => board.rows[step] !== undefined && !isRight(board.rows[step]));
  const isWorking = board.running !== null;
  const why = whyNot(overview.project === null, isWorking);
  return (
    <>
      <p>
        The app compares what it made in Jira with what is there now: fields, statuses, workflow rules,
        schemes and the rest. Checking changes nothing.
      </p>
      {board.running !== null && <StepProgress running={board.running} />}
      {checkedHere ? <StepList /> : <LastCheck drift={overview.drift} />}
      <div className="qc-row">
        {broken.length > 0 && (
          <Button appearance="primary" isDisabled={why !== null} onClick={() => void board.make(projectKey)}>
            Repair all
          </Button>
        )}
        <Button
          appearance={broken.length > 0 ? 'default' : 'primary'}
          isDisabled={why !== null}
          onClick={() => void board.check(projectKey)}
        >
          Check now
        </Button>
        {board.checkedAt !== null && !isWorking && (
          <span className="qc-subtle" role="status">
            Checked at {board.checkedAt}:{' '}
            {broken.length === 0
              ? 'everything is right.'
              : `${broken.length} of ${setupSteps.length} not right.`}
          </span>
        )}
      </div>
      <Why text={why} />
    </>
  );
}

function whyNot(isEmpty: boolean, isWorking: boolean): string | null {
  if (isEmpty) return 'Nothing is set up in Jira yet: begin under Getting started.';
  return isWorking ? 'Wait until the step at work is done.' : null;
}

function LastCheck({ drift }: { drift: Drift | null }) {
  const { board } = useAdmin();
  const projectKey = useProjectKey();
  if (drift === null) return <p className="qc-subtle">Not checked yet.</p>;
  if (drift.steps.length === 0)
    return (
      <p>
        <StateMark mark="done" text="Nothing differs" />{' '}
        <span className="qc-subtle">
          Checked at <Time at={drift.checkedAt} />.
        </span>
      </p>
    );
  return (
    <div className="qc-stack-tight" data-testid="drift">
      <SectionMessage appearance="warning" title="Jira is not as this app made it">
        <p>
          Found at <Time at={drift.checkedAt} />. Somebody may have edited the workflow, a field or a scheme.
          Changes stay safe, because the app trusts its own ledger; but people may be refused or misled until
          it is repaired.
        </p>
      </SectionMessage>
      <ol className="qa-steps" aria-label="Differences">
        {drift.steps.map(({ step, changes }) => (
          <li key={step} data-testid={`drift-${step}`}>
            <div className="qc-row-between">
              <h4 className="qc-label">{stepNames[step]}</h4>
              <StateMark mark="broken" text="Not right" />
            </div>
            <Changes changes={changes} />
            <div className="qc-row">
              <Button
                spacing="compact"
                isDisabled={board.running !== null}
                aria-label={`Repair: ${stepNames[step]}`}
                onClick={() => void board.makeOne(step, projectKey)}
              >
                Repair
              </Button>
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}

function ExecutorHealth() {
  const { overview } = useAdmin();
  const { executor } = overview;
  if (executor === null) return <p className="qc-subtle">No executor is enrolled yet.</p>;
  return (
    <>
      <p>
        <strong>{executor.id}</strong>, version {executor.version}, last seen at{' '}
        <Time at={executor.lastSeen} />.
      </p>
      <TestConnection />
    </>
  );
}

function ConnectionsHealth() {
  const { overview } = useAdmin();
  const ill = overview.connections.flatMap((connection) => {
    const problem = connection.problem ?? approversProblem(connection);
    return problem === null ? [] : [{ connection, problem }];
  });
  if (overview.connections.length === 0) return <p className="qc-subtle">The executor reports none yet.</p>;
  if (ill.length === 0) return <StateMark mark="done" text="None has a problem" />;
  return (
    <ul className="qa-cards" aria-label="Connections with problems">
      {ill.map(({ connection, problem }) => (
        <li key={connection.key} className="qa-card qc-stack-tight">
          <div className="qc-row-between">
            <h4 className="qc-label">{connection.name}</h4>
            <StateMark
              {...(connection.problem === null
                ? { mark: 'person' as const, text: 'Approvers missing' }
                : { mark: 'broken' as const, text: 'Cannot be used' })}
            />
          </div>
          <p>{problem}</p>
        </li>
      ))}
    </ul>
  );
}
