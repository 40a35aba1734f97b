import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import type { SettingsEntry } from '#core/panel/admin-contract';
import { Time } from '../../shared/components/time';
import { usePersonName } from '../../shared/names';
import { Problem } from '../components/messages';
import { useHistory } from './use-history';

/** Every change of the settings: who, when, what, and each value before and after. */
export function HistoryTab() {
  const { entries, more, chainProblem, problem, busy, older, reload } = useHistory();
  const name = usePersonName(entries?.map((entry) => entry.actor));
  if (entries === null)
    return (
      <div className="qc-stack">
        <Problem text={problem} />
        {problem === null ? (
          <div className="qc-row" role="status">
            <Spinner size="small" label="" /> Loading the history…
          </div>
        ) : (
          <div className="qc-row">
            <Button isLoading={busy} onClick={() => void reload()}>
              Try again
            </Button>
          </div>
        )}
      </div>
    );
  return (
    <div className="qc-stack">
      <div className="qc-row-between">
        <p className="qc-subtle">Newest first. Entries are never changed and never removed.</p>
        <Button spacing="compact" isDisabled={busy} onClick={() => void reload()}>
          Refresh
        </Button>
      </div>
      {chainProblem === null ? (
        <p className="qc-subtle" data-testid="chain">
          Each entry carries the hash of the one before; the chain of the {entries.length} shown holds.
        </p>
      ) : (
        <SectionMessage appearance="error" title="The chain of this history is broken">
          <p data-testid="chain">{chainProblem}</p>
        </SectionMessage>
      )}
      {entries.length === 0 && <p>No setting was changed yet.</p>}
      <ol className="qa-cards" aria-label="Changes of the settings">
        {entries.map((entry) => (
          <Entry key={entry.seq} entry={entry} who={name(entry.actor)} />
        ))}
      </ol>
      <Problem text={problem} />
      {more && (
        <div className="qc-row">
          <Button isLoading={busy} onClick={() => void older()}>
            Show older
          </Button>
        </div>
      )}
    </div>
  );
}

function Entry({ entry, who }: { entry: SettingsEntry; who: string }) {
  return (
    <li className="qa-card qc-stack-tight" data-testid={`entry-${entry.seq}`}>
      <div className="qc-row-between">
        <h3 className="qc-label">{entry.what}</h3>
        <span className="qc-small qc-subtle">
          {who}, <Time at={entry.at} /> · entry {entry.seq}
        </span>
      </div>
      {entry.differences.length > 0 && <Differences differences={entry.differences} what={entry.what} />}
    </li>
  );
}

function Differences({ differences, what }: { differences: SettingsEntry['differences']; what: string }) {
  return (
    <dl className="qa-differences" aria-label={`Values of: ${what}`}>
      {differences.map(({ path, before, after }) => (
        <div key={path}>
          <dt className="qc-code">{path}</dt>
          <dd>
            <Value text={before} kind="before" />
            <span aria-hidden="true"> → </span>
            <Value text={after} kind="after" />
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Value({ text, kind }: { text: string | null; kind: 'before' | 'after' }) {
  const word = kind === 'before' ? 'before: ' : 'after: ';
  return (
    <span>
      <span className="qc-hidden">{word}</span>
      {text === null ? (
        <span className="qc-subtle">not set</span>
      ) : (
        <code className={`qc-code qa-value qa-value-${kind}`}>{text}</code>
      )}
    </span>
  );
}
