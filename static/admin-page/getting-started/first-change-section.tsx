import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import { useId, useState } from 'react';
import type { AdminOverview, ConnectionOverview } from '#core/panel/admin-contract';
import { adminCall } from '../bridge/admin-call';
import { openOnSite } from '../bridge/go';
import { Problem, Why } from '../components/messages';
import { usableConnections } from '../connections/connection-words';
import { useAdmin } from '../hooks/admin-context';
import { useAttempt } from '../hooks/use-attempt';
import { nextAction, isOver } from './next-action';

/** One `SELECT 1` through review, approval and run, as everybody will do it later. */
export function FirstChangeSection() {
  const { overview } = useAdmin();
  const { firstChange } = overview;
  return (
    <div className="qc-stack">
      <p>
        One harmless change, <code className="qc-code">SELECT 1</code>, goes the whole way: review, approval,
        run, signed receipt. It shows that everything fits together.
      </p>
      {firstChange !== null && <OnItsWay firstChange={firstChange} />}
      {(firstChange === null || isOver(firstChange)) && <Start isAgain={firstChange !== null} />}
    </div>
  );
}

function OnItsWay({ firstChange }: { firstChange: NonNullable<AdminOverview['firstChange']> }) {
  const { overview, refresh } = useAdmin();
  const [busy, setBusy] = useState(false);
  const { issueKey, status, done } = firstChange;
  const onRefresh = async (): Promise<void> => {
    setBusy(true);
    await refresh();
    setBusy(false);
  };
  return (
    <>
      <SectionMessage
        appearance={done ? 'success' : 'information'}
        title={done ? 'Query Change is ready.' : `${issueKey}: ${status}`}
      >
        <p data-testid="first-change-next">
          {done ? `${issueKey} succeeded.` : nextAction(status, overview.connections)}
        </p>
      </SectionMessage>
      <div className="qc-row">
        <Button
          appearance={done || isOver(firstChange) ? 'default' : 'primary'}
          onClick={() => openOnSite(`/browse/${issueKey}`)}
        >
          Open {issueKey}
        </Button>
        {!done && (
          <Button isLoading={busy} onClick={() => void onRefresh()}>
            Refresh
          </Button>
        )}
      </div>
    </>
  );
}

function Start({ isAgain }: { isAgain: boolean }) {
  const { overview, refresh } = useAdmin();
  const { busy, problem, attempt } = useAttempt<'start'>();
  const id = useId();
  const connections = usableConnections(overview);
  const [wanted, setWanted] = useState<string | null>(null);
  const connection = connections.find(({ key }) => key === wanted) ?? connections[0];
  const start = async (): Promise<void> => {
    if (!connection) return;
    const opened = await attempt('start', () => adminCall('first-change', { connection: connection.key }));
    if (opened === undefined) return;
    await refresh();
    openOnSite(`/browse/${opened.issueKey}`);
  };
  const why = whyNot(overview, connections);
  return (
    <>
      <div className="qa-field">
        <label className="qc-label" htmlFor={id}>
          Connection
        </label>
        <select
          id={id}
          className="qc-select"
          value={connection?.key ?? ''}
          disabled={connections.length === 0 || busy !== null}
          onChange={(event) => setWanted(event.target.value)}
        >
          {connections.map(({ key, name, environment }) => (
            <option key={key} value={key}>
              {name} ({environment})
            </option>
          ))}
        </select>
      </div>
      <Problem text={problem} />
      <div className="qc-row">
        <Button
          appearance="primary"
          isDisabled={why !== null}
          isLoading={busy !== null}
          onClick={() => void start()}
        >
          {isAgain ? 'Open another first change' : 'Open the first change'}
        </Button>
      </div>
      <Why text={why} />
    </>
  );
}

function whyNot(overview: AdminOverview, connections: readonly ConnectionOverview[]): string | null {
  if (!overview.jiraReady) return 'Finish the section Jira first.';
  if (overview.executor === null) return 'Enrol the executor first.';
  if (connections.length === 0) return 'Name approvers for a connection that can be used first.';
  return overview.pause === null ? null : 'Dispatch is paused: nothing would run. Resume it first.';
}
