import { useState } from 'react';
import Lozenge from '@atlaskit/lozenge';
import Textfield from '@atlaskit/textfield';
import type { Inspection } from './shape';
import { Table } from './table';

const clock = (at: number): string => new Date(at).toISOString().slice(11, 23);
const LEVELS: Readonly<Record<string, 'removed' | 'moved' | 'inprogress'>> = {
  error: 'removed',
  warn: 'moved',
  info: 'inprogress',
};
const short = (id: string | undefined): string => id?.slice(0, 8) ?? '';

/** What functions printed, what the platform says, and each metered call; one invocation by its id. */
export function LogTab({ data }: { readonly data: Inspection }) {
  const [filter, setFilter] = useState('');
  const wanted = (...parts: (string | undefined)[]): boolean =>
    parts.join(' ').toLowerCase().includes(filter.toLowerCase());
  const lines = data.log
    .filter((line) => wanted(line.text, line.functionKey, line.invocationId))
    .map((line) => ({
      at: line.at,
      level: line.level,
      from: line.functionKey ?? line.source,
      id: line.invocationId,
      text: line.text,
    }));
  const calls = data.meter.entries
    .filter((entry) => wanted(entry.text, entry.kind, entry.invocationId))
    .map((entry) => ({
      at: entry.at,
      level: entry.kind,
      from: 'meter',
      id: entry.invocationId,
      text: entry.text,
    }));
  const rows = [...lines, ...calls].sort((a, b) => b.at - a.at).slice(0, 300);
  return (
    <>
      <div className="field">
        <label htmlFor="log-filter">Filter by text, function or invocation</label>
        <Textfield
          id="log-filter"
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
      </div>
      <Table
        label="Log"
        empty="Nothing was logged."
        head={['Time (UTC)', 'Kind', 'From', 'Invocation', 'Text']}
        rows={rows.map((row, index) => ({
          key: `${row.at} ${index}`,
          cells: [
            <span className="nowrap" key="at">
              {clock(row.at)}
            </span>,
            <Lozenge key="level" appearance={LEVELS[row.level] ?? 'default'}>
              {row.level}
            </Lozenge>,
            row.from,
            <code key="id">{short(row.id)}</code>,
            <span className="log-text" key="text">
              {row.text}
            </span>,
          ],
        }))}
      />
    </>
  );
}
