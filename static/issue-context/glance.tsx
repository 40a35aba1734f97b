import type { ReactNode } from 'react';
import type { ChangeView, RevisionView } from '#core/panel/view';
import { EnvironmentLozenge, StatusLozenge } from '../shared/components/status-lozenge';
import { useChange } from '../shared/use-change';

/** A run signals several times within a second, and nobody acts from here. Milliseconds. */
const gatherMs = 300;

/** Beside the issue: where the change stands and what comes next. Everything else is in the panel. */
export function Glance() {
  const { view, problem } = useChange(gatherMs);
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
        {view.revision && <Line name="Connection">{connection(view.revision)}</Line>}
        {view.revision && (
          <Line name="Approvals">
            <span data-testid="glance-approvals">
              {view.votes.length} of {view.revision.approvalsRequired}
            </span>
          </Line>
        )}
        <Line name="Next">
          <span data-testid="glance-next">{view.setupProblem ?? next(view)}</span>
        </Line>
      </dl>
    </div>
  );
}

/** A draft changes with every key, unseen from here, so nothing is said of what it lacks. */
function next(view: ChangeView): string {
  return view.status === 'draft' ? 'The author writes the change and submits it for review.' : view.headline;
}

function connection({ connection: key, environment }: RevisionView): ReactNode {
  return (
    <span className="qc-row">
      {key}
      <EnvironmentLozenge environment={environment} />
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
