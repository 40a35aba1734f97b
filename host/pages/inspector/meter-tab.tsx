import { useState } from 'react';
import Button from '@atlaskit/button/new';
import { storedMark, storeMark } from './mark';
import type { Inspection, Totals } from './shape';
import { Table } from './table';

const NAMES: Readonly<Record<keyof Totals, string>> = {
  invocations: 'Invocations',
  failedInvocations: 'Failed invocations',
  invocationMs: 'Milliseconds in functions',
  gbSeconds: 'GB-seconds',
  jiraCalls: 'Jira calls',
  jiraPoints: 'Jira points',
  jiraErrors: 'Jira calls refused',
  kvsOperations: 'KVS operations',
  kvsReadBytes: 'KVS bytes read',
  kvsWrittenBytes: 'KVS bytes written',
  queueEvents: 'Queue events',
};
const KEYS = Object.keys(NAMES) as (keyof Totals)[];

/** What the platform would charge or limit: in all, since a mark, and by function. */
export function MeterTab({ data }: { readonly data: Inspection }) {
  const { totals, byFunction } = data.meter;
  const [mark, setMark] = useState<Totals | undefined>(() => storedMark(totals));
  const start = (): void => {
    storeMark(totals);
    setMark(totals);
  };
  return (
    <div className="tab-content meter">
      <p className="subtle">
        Start measuring, do one change on an issue, and come back: the last column is what that change cost.
      </p>
      <div>
        <Button onClick={start}>{mark ? 'Start measuring again' : 'Start measuring'}</Button>
      </div>
      <Table
        label="Meter"
        empty=""
        head={['Measure', 'Since the start', ...(mark ? ['Since measuring began'] : [])]}
        rows={KEYS.map((key) => ({
          key,
          cells: [NAMES[key], totals[key], ...(mark ? [totals[key] - mark[key]] : [])],
        }))}
      />
      <h2>By function</h2>
      <Table
        label="By function"
        empty="No function has run yet."
        head={['Function', 'Invocations', 'Failed', 'Milliseconds', 'GB-seconds']}
        rows={Object.entries(byFunction).map(([key, sum]) => ({
          key,
          cells: [key, sum.invocations, sum.errors, sum.ms, sum.gbSeconds],
        }))}
      />
    </div>
  );
}
