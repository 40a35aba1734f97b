import React from 'react';
import { Button, DynamicTable, Link, Stack, Text } from '@forge/react';

const RULES: readonly [string, number][] = [
  ['Approved by the author', 3],
  ['Ran before approval', 12],
  ['Changed after approval', 7],
  ['Waiting too long', 0],
];

const head = {
  cells: [
    { key: 'rule', content: 'Rule', isSortable: true },
    { key: 'count', content: 'Count', isSortable: true },
    { key: 'act', content: 'Action' },
  ],
};

/** A table with links and buttons in its cells, and an empty one. */
export function Tables({ say }: { readonly say: (text: string) => void }) {
  const rows = RULES.map(([rule, count]) => ({
    key: rule,
    cells: [
      { key: rule, content: <Text>{rule}</Text> },
      {
        key: count,
        content: <Link href={`/issues/?jql=${encodeURIComponent('project = DB')}`}>{count}</Link>,
      },
      { key: 'act', content: <Button onClick={() => say(`Pressed ${rule}`)}>Look at {rule}</Button> },
    ],
  }));
  return (
    <Stack space="space.200">
      <DynamicTable label="Rules" head={head} rows={rows} rowsPerPage={3} />
      <DynamicTable label="Offenders" head={head} rows={[]} emptyView={<Text>No offender at all</Text>} />
    </Stack>
  );
}
