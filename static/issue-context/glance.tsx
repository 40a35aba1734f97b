import type { ReactNode } from 'react';
import type { ChangeView } from '#core/panel/view';
import { EnvironmentLozenge, StatusLozenge } from '../shared/components/status-lozenge';
import { useChange } from '../shared/use-change';

/** Beside the issue: where the change stands and what comes next. Everything else is in the panel. */
export function Glance() {
  const { view, problem } = useChange();
  if (view === null) {
    return (
      <p className="qc-root qc-subtle" role="status">
        {problem?.message ?? 'Loading the change…'}
      </p>
    );
  }
  return (
    <div className="qc-root" data-testid="glance" data-status={view.status}>
      <dl className="qc-glance">
        <Line name="Change">
          <StatusLozenge status={view.status} />
        </Line>
        <Line name="Connection">{connection(view)}</Line>
        {view.revision && (
          <Line name="Approvals">
            <span data-testid="glance-approvals">
              {view.votes.length} of {view.revision.approvalsRequired}
            </span>
          </Line>
        )}
        <Line name="Next">
          <span data-testid="glance-next">{view.setupProblem ?? view.headline}</span>
        </Line>
      </dl>
    </div>
  );
}

function connection(view: ChangeView): ReactNode {
  const key = view.revision?.connection ?? view.draft?.content.connection;
  if (key == null) return <span className="qc-subtle">Not chosen yet</span>;
  const environment =
    view.revision?.environment ?? view.connections.find((candidate) => candidate.key === key)?.environment;
  return (
    <span className="qc-row">
      {key}
      {environment && <EnvironmentLozenge environment={environment} />}
    </span>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
