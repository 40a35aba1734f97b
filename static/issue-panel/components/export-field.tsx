import { useEffect, useId, useState } from 'react';
import type { DraftContent } from '#core/change/content';
import type { ConnectionView } from '#core/panel/view';
import type { ExportFormat } from '#core/protocol/export';
import { call } from '../../shared/bridge';
import { count, size } from '../../shared/format';

const formats: readonly (readonly [ExportFormat, string])[] = [
  ['csv', 'A CSV file'],
  ['ndjson', 'A file of JSON lines (NDJSON)'],
  ['parquet', 'A Parquet file'],
];

/** Where the result of a read goes: its first rows to the issue, or all of it to a file at the executor. */
export function ExportField(props: {
  readonly content: DraftContent;
  readonly connections: readonly ConnectionView[];
  readonly mayEdit: boolean;
  /** The stored draft that has this content; null while it is being saved. */
  readonly savedVersion: number | null;
  readonly onEdit: (change: Partial<DraftContent>) => void;
  readonly onSave: () => void;
}) {
  const { content, mayEdit, onEdit, onSave } = props;
  const name = useId();
  const connection = props.connections.find(({ key }) => key === content.connection);
  const refusal = useRefusal(content, props.savedVersion);
  if (!connection) return null;
  const { exports } = connection;
  const why = exports === null ? `${connection.name} writes no results to files.` : null;
  const choose = (exportFormat: ExportFormat | null): void => {
    // A read changes nothing, so there is nothing to undo.
    const undecided = content.automaticRollback || content.rollback?.trim() === '';
    const none = exportFormat !== null && undecided ? { rollback: null, automaticRollback: false } : {};
    onEdit({ exportFormat, ...none });
    onSave();
  };
  const choices = [[null, 'The first rows'] as const, ...formats];
  return (
    <fieldset className="qc-fieldset qc-stack-tight" aria-describedby={`${name}-said`}>
      <legend className="qc-label">What comes back from a SELECT?</legend>
      <div className="qc-row">
        {choices.map(([format, label]) => (
          <label key={label} className="qc-choice">
            <input
              type="radio"
              name={name}
              checked={content.exportFormat === format}
              disabled={!mayEdit || (why !== null && format !== null && content.exportFormat !== format)}
              onChange={() => choose(format)}
            />
            {label}
          </label>
        ))}
      </div>
      <p
        id={`${name}-said`}
        className={`qc-small ${refusal === null ? 'qc-subtle' : 'qc-danger'}`}
        role="status"
      >
        {refusal ?? why ?? words(content.exportFormat, connection)}
      </p>
    </fieldset>
  );
}

function words(format: ExportFormat | null, { exports, limits }: ConnectionView): string {
  if (format === null || exports === null) {
    return `At most ${count(limits.maxResultRows, 'row', 'rows')} of each statement, on this issue.`;
  }
  const typed =
    format === 'parquet'
      ? ' Numbers, dates, times and text have their types; the rest is text. Infinite dates and times have no place in it.'
      : '';
  return `The whole result of one SELECT, up to ${count(exports.maxRows, 'row', 'rows')} and ${size(exports.maxBytes)}, kept at the executor for ${hours(exports.keepHours)}. Those who may see results fetch it with a link that works once.${typed}`;
}

/** `24 hours`. */
function hours(value: number): string {
  return value < 1 ? 'less than an hour' : count(Math.round(value), 'hour', 'hours');
}

/** What the executor says against the file that the stored draft asks for; null when nothing, or not asked. */
function useRefusal(content: DraftContent, version: number | null): string | null {
  const [said, setSaid] = useState<{ version: number; refusal: string | null } | null>(null);
  const asked = content.exportFormat !== null && content.sql.trim() !== '' && version !== null;
  useEffect(() => {
    if (!asked) return undefined;
    let gone = false;
    const ask = async (): Promise<void> => {
      const reply = await call('preflight', { version });
      // An incomplete draft, or an executor that is away: the submission says so.
      if (!gone)
        setSaid({ version, refusal: reply.ok ? (reply.value.refusal ?? reply.value.exportRefusal) : null });
    };
    void ask();
    return () => {
      gone = true;
    };
  }, [asked, version]);
  return asked && said?.version === version ? said.refusal : null;
}
