import type { ChangeView, RevisionView } from '#core/panel/view';
import { count } from '../../shared/format';
import { Person, usePersonName } from '../../shared/names';
import { Time } from '../../shared/components/time';

/** The most possible approvers that are named; the group stands for the rest. */
const named = 8;

/** Approvals given and missing, and who may still give one. */
export function Votes({ view, revision }: { view: ChangeView; revision: RevisionView }) {
  const { votes, approvalsMissing } = view;
  return (
    <section className="qc-stack-tight" aria-labelledby="qc-votes">
      <h3 className="qc-label" id="qc-votes">
        Approvals: {votes.length} of {revision.approvalsRequired}
      </h3>
      <ul className="qc-votes" data-testid="votes">
        {votes.map((vote) => (
          <li key={vote.accountId}>
            <span className="qc-tag qc-tag-done">Approved</span>
            <div>
              <strong>
                <Person id={vote.accountId} />
              </strong>{' '}
              <span className="qc-subtle">
                at <Time at={vote.at} />
              </span>
              {vote.comment !== '' && <p>{vote.comment}</p>}
            </div>
          </li>
        ))}
        {approvalsMissing > 0 && (
          <li>
            <span className="qc-tag qc-tag-wait">Missing</span>
            <Missing view={view} revision={revision} />
          </li>
        )}
      </ul>
    </section>
  );
}

function Missing({ view, revision }: { view: ChangeView; revision: RevisionView }) {
  const voted = new Set(view.votes.map((vote) => vote.accountId));
  const open = (revision.candidates ?? []).filter((id) => !voted.has(id) && id !== revision.author);
  const name = usePersonName();
  const names = open.slice(0, named).map(name);
  const more = open.length > named ? ` and ${open.length - named} more` : '';
  return (
    <div>
      {count(view.approvalsMissing, 'more approval', 'more approvals')} from {revision.approverGroup}, never
      from the author.
      {names.length > 0 && (
        <p className="qc-subtle">
          May approve: {names.join(', ')}
          {more}
        </p>
      )}
    </div>
  );
}
