import type { SinceView } from '#core/panel/since';
import type { RevisionView } from '#core/panel/view';
import { call } from '../../shared/bridge';
import { Time } from '../../shared/components/time';
import { useAnswer } from '../../shared/use-answer';
import { TextDiff } from './text-diff';

const question = () => call('since', {});

/** What is another than in the revision that the viewer decided about before. Fetched when shown. */
export function Since({ revision }: { revision: RevisionView }) {
  const { value, problem } = useAnswer(question, revision.digest);
  if (problem !== null) return <p className="qc-danger">The earlier revision could not be read: {problem}</p>;
  const since = value?.since ?? null;
  if (since === null) return null;
  const texts = changedTexts(since, revision);
  return (
    <section className="qc-stack-tight" aria-labelledby="qc-since" data-testid="since">
      <h3 className="qc-label" id="qc-since">
        Changed since {since.decision === null ? '' : 'you saw '}revision {since.revision}
      </h3>
      {since.decision !== null && (
        <p className="qc-small qc-subtle">
          You {since.decision === 'asked for changes' ? 'asked for changes to it' : `${since.decision} it`}
          {since.at !== null && (
            <>
              {' at '}
              <Time at={since.at} />
            </>
          )}
          .
        </p>
      )}
      {texts.length === 0 && since.differences.length === 0 && (
        <p>Nothing: it was submitted again as it was.</p>
      )}
      {since.differences.length > 0 && (
        <ul data-testid="since-facts">
          {since.differences.map(({ name, before, now }) => (
            <li key={name}>
              {name}: <del>{before}</del> <span aria-hidden="true">→</span> <ins>{now}</ins>
            </li>
          ))}
        </ul>
      )}
      {texts.map(({ label, before, now }) => (
        <div key={label}>
          <p className="qc-small qc-subtle">{label}</p>
          <TextDiff label={label} before={before} now={now} />
        </div>
      ))}
    </section>
  );
}

function changedTexts(
  since: SinceView,
  { sql, rollback, verification }: RevisionView,
): { label: string; before: string; now: string }[] {
  const texts = [
    { label: 'SQL', before: since.sql, now: sql },
    { label: 'Verification', before: since.verification ?? '', now: verification ?? '' },
    { label: 'Rollback', before: since.rollback ?? '', now: rollback ?? '' },
  ];
  return texts.filter(({ before, now }) => before !== now);
}
