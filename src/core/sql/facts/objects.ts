import type { QualifiedName } from '../tree/names';
import type { Statement } from '../tree/script';
import { targets } from '../tree/targets';
import type { RelationUse } from './relations';
import { findTable, type SchemaSnapshot } from './schema-snapshot';

/** An object that a statement touches, once for each way in which it does. */
export interface ObjectUse extends QualifiedName {
  /** `table`, `view`, `function` …; `relation` when neither the text nor a snapshot tells which kind. */
  readonly what: string;
  readonly access: 'read' | 'write' | 'define';
  /** The view through which a table is read; null: the text names it. */
  readonly through: string | null;
}

/** The objects of a statement: what it is about, and the relations it reads and writes, also behind views. */
export function objectUses(
  statement: Pick<Statement, 'type' | 'fields'>,
  relations: readonly RelationUse[],
  schema: SchemaSnapshot | null,
): readonly ObjectUse[] {
  const found = new Map<string, ObjectUse>();
  const put = (use: ObjectUse): void => {
    const key = `${use.access} ${use.schema ?? ''}.${use.name}`;
    const before = found.get(key);
    if (!before || before.what === 'relation') found.set(key, use);
  };
  for (const { what, schema: place, name } of targets(statement)) {
    if (name !== '') put({ what, schema: place, name, access: 'define', through: null });
  }
  for (const use of relations) {
    const table = findTable(schema, use);
    const what = table ? table.kind.replace('-', ' ') : 'relation';
    put({ what, schema: table?.schema ?? use.schema, name: use.name, access: use.access, through: null });
    if (table?.kind !== 'view' || use.access === 'define') continue;
    const open = table.reads.map((read) => ({ read, through: table.name }));
    for (const { read, through } of open) {
      const behind = findTable(schema, read);
      const kind = behind ? behind.kind.replace('-', ' ') : 'relation';
      const key = `read ${read.schema}.${read.name}`;
      if (found.has(key)) continue;
      put({ what: kind, schema: read.schema, name: read.name, access: 'read', through });
      if (behind?.kind === 'view') {
        for (const next of behind.reads) open.push({ read: next, through: behind.name });
      }
    }
  }
  return [...found.values()];
}
