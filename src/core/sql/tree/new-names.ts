import { rangeName } from './names';
import { isNode, locationOf } from './node';
import type { Statement } from './script';
import { definedTable, newColumns } from './tables';

/** A name that a statement brings into the database. */
interface NewName {
  readonly name: string;
  /** `table`, `column`, `index` …, for a sentence. */
  readonly what: string;
  readonly location: number | null;
}

/** The names that a statement brings: of tables, columns, views and indexes, and new names by RENAME. */
export function newNames(statement: Pick<Statement, 'type' | 'fields' | 'start'>): readonly NewName[] {
  const { type, fields, start } = statement;
  const columns = newColumns(statement).map(({ name, location }) => ({ name, what: 'column', location }));
  if (type === 'CreateStmt' && isNode(fields['relation'])) {
    const table = definedTable(statement);
    return [{ name: table?.name ?? '', what: 'table', location: locationOf(fields['relation']) }, ...columns];
  }
  if (type === 'ViewStmt' && isNode(fields['view'])) {
    return [{ name: rangeName(fields['view']).name, what: 'view', location: locationOf(fields['view']) }];
  }
  if (type === 'IndexStmt' && typeof fields['idxname'] === 'string') {
    return [{ name: fields['idxname'], what: 'index', location: start }];
  }
  if (type === 'RenameStmt' && typeof fields['newname'] === 'string') {
    return [{ name: fields['newname'], what: 'new name', location: start }];
  }
  return columns;
}
