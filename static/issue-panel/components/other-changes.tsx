import Button from '@atlaskit/button/new';
import { jiraStatusNames } from '#core/change/status';
import type { ReviewView } from '#core/panel/review';
import { openAddress } from '../../shared/bridge';

/** Other changes that may run on the same tables: which locks both take, and who would wait. */
export function OtherChanges({ others }: { readonly others: ReviewView['others'] }) {
  const { changes, more } = others;
  if (changes.length === 0 && !more) return null;
  return (
    <section className="qc-stack-tight" aria-labelledby="qc-others" data-testid="others">
      <h3 className="qc-label" id="qc-others">
        Other open changes on these tables
      </h3>
      <ul className="qc-findings">
        {changes.map(({ issueKey, status, waits, words }) => (
          <li key={issueKey} data-testid={`other-${issueKey}`}>
            <span className={waits ? 'qc-tag qc-tag-fix' : 'qc-tag'}>{waits ? 'Waits' : 'Meets'}</span>
            <div>
              <p>
                {issueKey.startsWith('issue ') ? (
                  issueKey
                ) : (
                  <Button
                    appearance="subtle"
                    spacing="compact"
                    onClick={() => void openAddress(`/browse/${issueKey}`)}
                    aria-label={`Open ${issueKey}`}
                  >
                    {issueKey}
                  </Button>
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
