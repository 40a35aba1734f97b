import { jiraStatusNames } from '#core/change/status';
import type { ReviewView } from '#core/panel/review';
import { openAddress } from '../../shared/bridge';

/** Other changes that may run on the same tables: which locks both take, and who would wait. */
export function OtherChanges({ others }: { readonly others: ReviewView['others'] }) {
  const { changes, more } = others;
  if (changes.length === 0 && !more) return null;
  return (
    <section className="qc-others qc-stack-tight" aria-labelledby="qc-others" data-testid="others">
      <h3 className="qc-label" id="qc-others">
        Other open changes on these tables
      </h3>
      <ul className="qc-findings">
        {changes.map(({ issueKey, status, waits, words }) => (
          <li key={issueKey} data-testid={`other-${issueKey}`}>
            <span className={waits ? 'qc-tag qc-tag-fix' : 'qc-tag'}>{waits ? 'Waits' : 'Same table'}</span>
            <div>
              <p>
                {issueKey.startsWith('issue ') ? (
                  issueKey
                ) : (
                  <a
                    className="qc-link"
                    href={`/browse/${issueKey}`}
                    aria-label={`Open ${issueKey}`}
                    onClick={(event) => {
                      // In a new tab: what is typed here stays.
                      event.preventDefault();
                      void openAddress(`/browse/${issueKey}`);
                    }}
                  >
                    {issueKey}
                  </a>
                )}{' '}
                <span className="qc-small qc-subtle">{jiraStatusNames[status]}</span>
              </p>
              {words.map((text) => (
                <p key={text} className="qc-small">
                  {text}
                </p>
              ))}
            </div>
          </li>
        ))}
      </ul>
      {more && (
        <p className="qc-small qc-subtle">
          There are more open changes on this database than are compared here.
        </p>
      )}
    </section>
  );
}
