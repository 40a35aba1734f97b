import { lazy, Suspense, useCallback, useEffect, useMemo } from 'react';
import SectionMessage from '@atlaskit/section-message';
import type { ChangeView, RevisionView } from '#core/panel/view';
import { call } from '../../shared/bridge';
import { Time } from '../../shared/components/time';
import { Person } from '../../shared/names';
import type { Change } from '../../shared/use-change';
import { TargetFacts } from '../components/connection-facts';
import { Digest } from '../components/digest';
import { Lifecycle } from '../components/lifecycle';
import { Outcome } from '../components/outcome';
import { RunningNote } from '../components/running';
import { SqlEditor } from '../components/sql-editor';
import { Votes } from '../components/votes';
import { type DirectActions, useActions, type Actions } from '../hooks/use-actions';
import { useMarks, useReview } from '../hooks/use-review';
import { useStructure } from '../hooks/use-structure';
import { usePrimaryKey } from '../hooks/use-primary-key';
import { Dialog } from './dialog';

const DryRun = lazy(() => import('../components/dry-run').then((module) => ({ default: module.DryRun })));
const Review = lazy(() => import('../components/review').then((module) => ({ default: module.Review })));
const RollbackReview = lazy(() =>
  import('../components/review').then((module) => ({ default: module.RollbackReview })),
);
const RanBefore = lazy(() =>
  import('../components/ran-before').then((module) => ({ default: module.RanBefore })),
);
const Since = lazy(() => import('../components/since').then((module) => ({ default: module.Since })));
const PlanText = lazy(() =>
  import('../components/rollback-plan').then((module) => ({ default: module.PlanText })),
);

/** Every status but draft: what was submitted, what became of it, and what this viewer may do now. */
export function RevisionScreen({ change, view }: { change: Change; view: ChangeView }) {
  const digest = view.revision?.digest ?? null;
  const direct = useMemo(
    (): DirectActions => ({ 'dry-run': () => call('dry-run', { version: null, digest }) }),
    [digest],
  );
  const actions = useActions(change, direct);
  const { primary } = view;
  const onPrimary = useCallback(() => {
    if (primary) actions.start(primary);
  }, [actions, primary]);
  usePrimaryKey(onPrimary);
  useEarlyLoad(view.status === 'approved' || view.status === 'running');
  const { revision } = view;
  const ended = view.outcomes.length > 0;
  return (
    <div className="qc-stack">
      <Slot view={view} actions={actions} />
      {view.running && <RunningNote running={view.running} />}
      {view.dryRun && (
        <Suspense fallback={null}>
          <DryRun dryRun={view.dryRun} changed={false} />
        </Suspense>
      )}
      <Notices view={view} />
      {revision && ended && <Outcomes view={view} revision={revision} />}
      {revision && <RevisionText view={view} revision={revision} onPrimary={onPrimary} />}
      <Dialog view={view} actions={actions} />
    </div>
  );
}

/** Loads what the outcome needs while the person still decides or waits, so that rows show the moment they arrive. */
function useEarlyLoad(soon: boolean): void {
  useEffect(() => {
    if (soon) void import('../components/result-grid').catch(() => undefined);
  }, [soon]);
}

function Slot({ view, actions }: { view: ChangeView; actions: Actions }) {
  return (
    <Lifecycle
      status={view.status}
      headline={view.headline}
      primary={view.primary}
      secondary={view.secondary}
      blockers={view.blockers}
      busy={actions.busy}
      problem={actions.pending ? null : actions.problem}
      onAction={actions.start}
    />
  );
}

function Notices({ view }: { view: ChangeView }) {
  const { attention, resolution } = view;
  return (
    <>
      {attention && view.status === 'needs-attention' && (
        <SectionMessage appearance="warning" title="A person must decide">
          <p data-testid="attention">
            {attention.message !== view.headline && `${attention.message} `}
            An operator looks at the executor&apos;s ledger and the database, then resolves the change with a
            reason. Recorded at <Time at={attention.at} /> as {attention.code}.
          </p>
        </SectionMessage>
      )}
      {resolution && (
        <SectionMessage appearance="information" title="Resolved by a person">
          <p data-testid="resolution">
            <Person id={resolution.by} /> at <Time at={resolution.at} />: {resolution.reason}
          </p>
        </SectionMessage>
      )}
      {view.attempts > 0 && (
        <SectionMessage appearance="warning">
          <p data-testid="attempts">
            {view.attempts === 1 ? 'One attempt' : `${view.attempts} attempts`} to move this change past its
            rules {view.attempts === 1 ? 'was' : 'were'} refused and recorded; see the timeline.
          </p>
        </SectionMessage>
      )}
    </>
  );
}

function Outcomes({ view, revision }: { view: ChangeView; revision: RevisionView }) {
  return (
    <div className="qc-stack-wide">
      {view.outcomes.toReversed().map((outcome) => (
        <Outcome
          key={`${outcome.kind}-${outcome.try}`}
          outcome={outcome}
          text={(outcome.kind === 'apply' ? revision.sql : revision.rollback) ?? ''}
          issueKey={view.issue.key}
        />
      ))}
    </div>
  );
}

function RevisionText(props: { view: ChangeView; revision: RevisionView; onPrimary: () => void }) {
  const { view, revision } = props;
  const connection = view.connections.find(({ key }) => key === revision.connection);
  const { sql, rowBudget, digest } = revision;
  const wish = { sql, connection: revision.connection, rowBudget, digest };
  const structure = useStructure(revision.connection);
  const reviewed = useReview(wish, `${view.dryRun?.status} ${structure?.takenAt}`);
  const marks = useMarks(reviewed);
  const { connection: where } = revision;
  const ofRollback = useReview({
    sql: revision.rollback ?? '',
    connection: where,
    rowBudget: null,
    digest: null,
  });
  const rollbackMarks = useMarks(ofRollback);
  return (
    <div className="qc-stack">
      {revision.number > 1 && (view.status === 'in-review' || view.status === 'approved') && (
        <Suspense fallback={null}>
          <Since revision={revision} />
        </Suspense>
      )}
      <Suspense fallback={null}>
        <RanBefore state={`${revision.digest} ${view.status}`} />
      </Suspense>
      <section className="qc-stack-tight" aria-labelledby="qc-where">
        <h3 className="qc-label" id="qc-where">
          Where it runs
        </h3>
        <TargetFacts revision={revision} {...(connection ? { connection } : {})} />
      </section>
      <section className="qc-stack-tight" aria-labelledby="qc-reason">
        <h3 className="qc-label" id="qc-reason">
          Reason
        </h3>
        <p className="qc-prose">{revision.reason}</p>
        <p className="qc-small qc-subtle">
          Submitted by <Person id={revision.author} /> at <Time at={revision.submittedAt} />
          {revision.editors.map((id, index) => (
            <span key={id}>
              {index === 0 ? '. Also written by ' : ', '}
              <Person id={id} />
            </span>
          ))}
        </p>
      </section>
      <Suspense fallback={null}>
        <Review reviewed={reviewed} sql={revision.sql} structure={structure} />
      </Suspense>
      <section className="qc-stack-tight" aria-labelledby="qc-sql">
        <h3 className="qc-label" id="qc-sql">
          SQL
        </h3>
        <SqlEditor label="SQL" value={revision.sql} marks={marks} readOnly onPrimary={props.onPrimary} />
      </section>
      <section className="qc-stack-tight" aria-labelledby="qc-verification">
        <h3 className="qc-label" id="qc-verification">
          Verification
        </h3>
        {revision.verification === null ? (
          <p data-testid="no-verification">There is none: nothing is checked before or after COMMIT.</p>
        ) : (
          <>
            <p className="qc-small qc-subtle">
              Each SELECT must return true before COMMIT, else nothing is applied, and again after it. It does
              not hold for the rollback.
            </p>
            <SqlEditor
              label="Verification"
              value={revision.verification}
              readOnly
              onPrimary={props.onPrimary}
            />
          </>
        )}
      </section>
      <section className="qc-stack-tight" aria-labelledby="qc-rollback">
        <h3 className="qc-label" id="qc-rollback">
          Rollback
        </h3>
        {revision.rollbackPlan !== null ? (
          <Suspense fallback={<p className="qc-subtle">Loading the plan…</p>}>
            <PlanText plan={revision.rollbackPlan} />
          </Suspense>
        ) : revision.rollback === null ? (
          <p data-testid="no-rollback">
            There is no rollback: the author declared that this cannot be undone here.
          </p>
        ) : (
          <>
            <SqlEditor
              label="Rollback"
              value={revision.rollback}
              marks={rollbackMarks}
              readOnly
              onPrimary={props.onPrimary}
            />
            <Suspense fallback={null}>
              <RollbackReview reviewed={ofRollback} />
            </Suspense>
          </>
        )}
      </section>
      <Digest digest={revision.digest} number={revision.number} />
      <Votes view={view} revision={revision} />
    </div>
  );
}
