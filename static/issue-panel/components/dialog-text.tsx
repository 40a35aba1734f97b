import type { ReactNode } from 'react';
import type { ChangeView, RevisionView } from '#core/panel/view';
import { EnvironmentLozenge } from '../../shared/components/status-lozenge';
import type { PendingAction } from '../hooks/pending-action';
import { Facts } from '../../shared/components/facts';

/** What a dialog says and asks for. */
export interface DialogText {
  readonly title: string;
  readonly body: ReactNode;
  /** Label of the text field; null: none. */
  readonly field: string | null;
  readonly required: boolean;
  readonly confirm: string;
  readonly danger: boolean;
  /** Asks what became of the change. */
  readonly outcome: boolean;
}

/** The words of each action's dialog. */
export function dialogText(pending: PendingAction, view: ChangeView): DialogText {
  const plain = {
    title: pending.action.label,
    body: null,
    field: null,
    required: false,
    danger: false,
    outcome: false,
    confirm: pending.action.label,
  };
  return { ...plain, ...reviewText(pending), ...executionText(pending), ...endText(pending, view) };
}

function reviewText({ action, revision }: PendingAction): Partial<DialogText> {
  const number = revision?.number ?? 0;
  switch (action.name) {
    case 'approve':
      return {
        title: `Approve revision ${number}?`,
        body: (
          <>
            <p>Your approval covers exactly the text on this page and nothing else:</p>
            {revision && <ShownDigest digest={revision.digest} />}
          </>
        ),
        field: 'Comment (optional)',
        confirm: `Approve revision ${number}`,
      };
    case 'request-changes':
      return {
        title: 'Request changes?',
        body: <p>The change goes back to draft and every approval given so far is void.</p>,
        field: 'What should change',
        required: true,
      };
    case 'reject':
      return {
        title: `Reject revision ${number}?`,
        body: <p>The change ends as rejected. Its author can edit it and submit it again.</p>,
        field: 'Reason',
        required: true,
        danger: true,
      };
    default:
      return {};
  }
}

function executionText({ action, revision, running }: PendingAction): Partial<DialogText> {
  switch (action.name) {
    case 'run':
      return {
        title: 'Run this change?',
        body: where(revision, 'This runs the approved SQL once'),
        confirm: runLabel(revision),
      };
    case 'roll-back':
      return {
        title: 'Roll this change back?',
        body: where(
          revision,
          revision?.rollbackPlan
            ? 'The executor brings the rows back that it kept, if nobody has changed them since'
            : 'This runs the approved rollback once',
        ),
        danger: true,
        confirm: 'Roll back',
      };
    case 'stop':
      return {
        title: running?.kind === 'rollback' ? 'Stop the rollback?' : 'Stop this run?',
        body: (
          <>
            <p>
              What runs is cancelled and rolled back: nothing is applied, and the change goes back to{' '}
              {running?.kind === 'rollback' ? 'what it was before' : 'Approved'}.
            </p>
            <p>
              If COMMIT is on its way already, it is too late. Only the executor&apos;s receipt says which
              came first; until it is here the change stays Running.
            </p>
          </>
        ),
        field: 'Reason',
        required: true,
        danger: true,
        confirm: 'Stop the run',
      };
    case 'resolve':
      return {
        title: 'Resolve this change',
        body: (
          <p>Look at the executor&apos;s ledger and the database first. Your name and reason are recorded.</p>
        ),
        field: 'Reason, and what you looked at',
        required: true,
        outcome: true,
      };
    default:
      return {};
  }
}

function endText({ action }: PendingAction, view: ChangeView): Partial<DialogText> {
  switch (action.name) {
    case 'rework':
      return {
        title: 'Edit this change?',
        body: (
          <p>
            It goes back to draft as a new revision.{' '}
            {view.votes.length > 0 ? 'Every approval given so far is void.' : 'It must be reviewed again.'}
          </p>
        ),
        confirm: 'Edit change',
      };
    case 'cancel':
      return {
        title: 'Cancel this change?',
        body: <p>The change ends here and cannot be opened again. Its history stays on the issue.</p>,
        danger: true,
      };
    default:
      return {};
  }
}

function runLabel(revision: RevisionView | null): string {
  return revision ? `Run on ${revision.connection}` : 'Run';
}

function where(revision: RevisionView | null, what: string): ReactNode {
  if (revision === null) return <p>{what}.</p>;
  return (
    <>
      <p>
        {what}, in one transaction: all of it is applied, or nothing.
        {revision.environment === 'prod' && <strong> This is production.</strong>}
      </p>
      <Facts
        label="Where it runs"
        facts={[
          { name: 'Connection', value: <strong>{revision.connection}</strong> },
          { name: 'Environment', value: <EnvironmentLozenge environment={revision.environment} /> },
          { name: 'Database', value: revision.target.databaseName },
          { name: 'Runs as role', value: <code className="qc-code">{revision.role}</code> },
        ]}
      />
      <ShownDigest digest={revision.digest} />
    </>
  );
}

function ShownDigest({ digest }: { digest: string }) {
  return (
    <p>
      <span className="qc-small qc-subtle">SHA-256 </span>
      <code className="qc-code" data-testid="dialog-digest">
        {digest}
      </code>
    </p>
  );
}
