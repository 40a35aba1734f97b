import SectionMessage from '@atlaskit/section-message';
import { call } from '../../shared/bridge';
import { Time } from '../../shared/components/time';
import { usePersonName } from '../../shared/names';
import { useAnswer } from '../../shared/use-answer';

const question = () => call('timeline', {});

/** The change's ledger in words, newest first, and whether its chain of hashes holds. Fetched when shown. */
export function Timeline({ seq }: { seq: number }) {
  const { value: timeline, problem } = useAnswer(question, seq);
  const name = usePersonName(timeline?.entries.map((entry) => entry.actor));
  if (problem !== null) {
    return (
      <SectionMessage appearance="error">
        <p>{problem}</p>
      </SectionMessage>
    );
  }
  if (timeline === null) return <p className="qc-subtle">Loading the timeline…</p>;
  return (
    <div className="qc-stack-tight" data-testid="timeline">
      {timeline.intact ? (
        <p className="qc-small qc-subtle">
          Each entry carries the hash of the one before; the chain of {timeline.entries.length} is intact.
        </p>
      ) : (
        <SectionMessage appearance="error" title="The chain of this timeline is broken">
          <p>{timeline.problem ?? 'An entry does not carry the hash of the one before.'}</p>
        </SectionMessage>
      )}
      <ol className="qc-timeline">
        {timeline.entries.toReversed().map((entry) => (
          <li key={entry.seq}>
            <div>
              <strong>{capital(name(entry.actor))}</strong> {entry.words}
              {entry.detail !== '' && <p className="qc-subtle">{entry.detail}</p>}
            </div>
            <div className="qc-small qc-subtle">
              <Time at={entry.at} /> · entry {entry.seq} ·{' '}
              <span title={entry.hash}>{entry.hash.slice(0, 8)}</span>
            </div>
          </li>
        ))}
      </ol>
    </div>
  );
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
