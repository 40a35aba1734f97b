import { rangeName, type QualifiedName } from '../tree/names';
import { as, isNode, items, itemsOf, type Node, strings, walk } from '../tree/node';
import { findTable, type SchemaSnapshot, type SnapshotTable } from './schema-snapshot';

/** A column that a statement reads or sets, as far as the snapshot tells whose it is. */
export interface ColumnUse extends QualifiedName {
  readonly column: string;
  readonly access: 'read' | 'write';
  /** Data class; null: the column has no label. */
  readonly label: string | null;
}

/**
 * The columns of tables in the snapshot that a statement names; `*` names all of them. A name without its table counts
 * for every table of the statement that has such a column: rather one too many than a labelled one too few.
 */
export function columnUses(node: Node, schema: SchemaSnapshot | null): readonly ColumnUse[] {
  if (!schema) return [];
  const { byAlias, tables } = tablesOf(node, schema);
  if (tables.size === 0) return [];
  const found = new Map<string, ColumnUse>();
  const put = (table: SnapshotTable, name: string, access: ColumnUse['access']): void => {
    const column = table.columns.find((candidate) => candidate.name === name);
    if (!column) return;
    const { schema: place, name: own } = table;
    found.set(`${access} ${place}.${own}.${name}`, {
      schema: place,
      name: own,
      column: name,
      access,
      label: column.label,
    });
  };
  const all = (table: SnapshotTable, access: ColumnUse['access']): void => {
    for (const { name } of table.columns) put(table, name, access);
  };
  for (const [type, fields] of walk(node)) {
    if (type === 'ColumnRef') {
      const parts = strings(fields['fields']);
      const star = items(fields['fields']).some((field) => 'A_Star' in field);
      const owner = star ? parts.at(-1) : parts.at(-2);
      const within = owner === undefined ? tables : (byAlias.get(owner) ?? new Set<SnapshotTable>());
      for (const table of within) {
        if (star) all(table, 'read');
        else put(table, parts.at(-1) ?? '', 'read');
      }
    } else if (type === 'InsertStmt' || type === 'UpdateStmt') {
      const table = isNode(fields['relation']) ? findTable(schema, rangeName(fields['relation'])) : undefined;
      if (!table) continue;
      const set = itemsOf(fields[type === 'InsertStmt' ? 'cols' : 'targetList'], 'ResTarget');
      if (type === 'InsertStmt' && set.length === 0) all(table, 'write');
      for (const target of set) put(table, String(target['name']), 'write');
    } else if (type === 'MergeStmt') {
      const table = isNode(fields['relation']) ? findTable(schema, rangeName(fields['relation'])) : undefined;
      for (const clause of table ? itemsOf(fields['mergeWhenClauses'], 'MergeWhenClause') : []) {
        for (const target of itemsOf(clause['targetList'], 'ResTarget')) {
          if (table) put(table, String(target['name']), 'write');
        }
      }
    } else if (type === 'CopyStmt' && isNode(fields['relation'])) {
      const table = findTable(schema, rangeName(fields['relation']));
      if (table) all(table, fields['is_from'] === true ? 'write' : 'read');
    }
  }
  return [...found.values()];
}

function tablesOf(
  node: Node,
  schema: SchemaSnapshot,
): { byAlias: Map<string, Set<SnapshotTable>>; tables: Set<SnapshotTable> } {
  const byAlias = new Map<string, Set<SnapshotTable>>();
  const tables = new Set<SnapshotTable>();
  for (const [, fields] of walk(node)) {
    if (typeof fields['relname'] !== 'string') continue;
    const table = findTable(schema, rangeName(fields));
    if (!table) continue;
    tables.add(table);
    const alias = as({ Alias: fields['alias'] }, 'Alias')?.['aliasname'];
    for (const name of [table.name, ...(typeof alias === 'string' ? [alias] : [])]) {
      byAlias.set(name, (byAlias.get(name) ?? new Set()).add(table));
    }
  }
  // Rows that RETURNING and ON CONFLICT name.
  for (const name of ['excluded', 'old', 'new']) if (!byAlias.has(name)) byAlias.set(name, tables);
  return { byAlias, tables };
}
