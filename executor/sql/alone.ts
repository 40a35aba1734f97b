import { as, isNode, itemsOf, stringOf, unwrap } from '#core/sql/tree/node';
import { type Node, scanSql } from './parser';

/** A relation as a text names it; without a schema the search_path finds it. */
export interface Named {
  readonly schema: string | null;
  readonly name: string;
}

/** A statement that PostgreSQL does not run inside a transaction, and that we run outside one, alone. */
export type Alone =
  | {
      readonly kind: 'create-index';
      readonly index: string;
      readonly table: Named;
      /** Where the table stands, in bytes of the whole text. */
      readonly tableAt: number;
    }
  | { readonly kind: 'drop-index' | 'reindex-index'; readonly index: Named }
  | {
      readonly kind: 'detach-partition';
      readonly parent: Named;
      readonly partition: Named;
      /** A parent that is not there is no error. */
      readonly ifExists: boolean;
    }
  | { readonly kind: 'vacuum' };

/** What the grammar calls {@link Alone}, or the words for one of its kind that is refused; null for any other statement. */
export type AloneOrNot = { readonly alone: Alone } | { readonly refused: string } | null;

function relation(fields: unknown): Named | null {
  if (!isNode(fields) || typeof fields['relname'] !== 'string' || fields['catalogname']) return null;
  const schema = fields['schemaname'];
  return { schema: typeof schema === 'string' ? schema : null, name: fields['relname'] };
}

/** The names of options in a list of `DefElem`, and whether each stands without a value. */
function options(list: unknown): ReadonlyMap<string, { readonly bare: boolean }> {
  const found = (Array.isArray(list) ? list : []).flatMap((item) =>
    isNode(item) && isNode(item['DefElem'])
      ? [[String(item['DefElem']['defname']), { bare: !item['DefElem']['arg'] }] as const]
      : [],
  );
  return new Map(found);
}

function createIndex(fields: Node): AloneOrNot {
  if (!fields['concurrent']) return null;
  const table = relation(fields['relation']);
  const index = fields['idxname'];
  if (!table || typeof index !== 'string') return { refused: 'CREATE INDEX CONCURRENTLY without a name' };
  const at = isNode(fields['relation']) ? Number(fields['relation']['location'] ?? 0) : 0;
  return { alone: { kind: 'create-index', index, table, tableAt: at } };
}

function dropIndex(fields: Node): AloneOrNot {
  if (!fields['concurrent']) return null;
  const objects = Array.isArray(fields['objects']) ? (fields['objects'] as unknown[]) : [];
  const [only] = objects;
  const list = isNode(only) && isNode(only['List']) ? only['List']['items'] : null;
  const path = Array.isArray(list) ? list.map(stringOf) : [];
  const name = path.at(-1);
  if (fields['removeType'] !== 'OBJECT_INDEX' || objects.length !== 1 || path.length > 2 || !name) {
    return { refused: 'DROP INDEX CONCURRENTLY of anything but one index' };
  }
  return {
    alone: { kind: 'drop-index', index: { schema: path.length === 2 ? (path[0] ?? null) : null, name } },
  };
}

function reindex(fields: Node): AloneOrNot {
  const concurrently = options(fields['params']).get('concurrently');
  if (!concurrently) return null;
  const index = relation(fields['relation']);
  if (fields['kind'] !== 'REINDEX_OBJECT_INDEX' || !concurrently.bare || !index) {
    return { refused: 'REINDEX CONCURRENTLY of anything but one index' };
  }
  return { alone: { kind: 'reindex-index', index } };
}

function vacuum(fields: Node): AloneOrNot {
  if (!fields['is_vacuumcmd']) return null;
  if (options(fields['options']).has('full')) return { refused: 'VACUUM FULL' };
  if (!Array.isArray(fields['rels']) || fields['rels'].length === 0)
    return { refused: 'VACUUM without the names of tables' };
  return { alone: { kind: 'vacuum' } };
}

/** Whether ALTER TABLE, by its fields, detaches a partition without stopping everybody: no transaction takes that. */
export function detachesConcurrently(fields: Node): boolean {
  return itemsOf(fields['cmds'], 'AlterTableCmd').some(
    (command) => isNode(command['def']) && as(command['def'], 'PartitionCmd')?.['concurrent'] === true,
  );
}

function detach(fields: Node): AloneOrNot {
  if (!detachesConcurrently(fields)) return null;
  const commands = itemsOf(fields['cmds'], 'AlterTableCmd');
  const [only] = commands;
  const definition = isNode(only?.['def']) ? as(only['def'], 'PartitionCmd') : undefined;
  const parent = relation(fields['relation']);
  const partition = relation(definition?.['name']);
  const detaches = fields['objtype'] === 'OBJECT_TABLE' && only?.['subtype'] === 'AT_DetachPartition';
  if (commands.length !== 1 || !detaches || !parent || !partition) {
    return { refused: 'DETACH PARTITION CONCURRENTLY of anything but one partition of one table' };
  }
  const ifExists = fields['missing_ok'] === true;
  return { alone: { kind: 'detach-partition', parent, partition, ifExists } };
}

/** Tells a statement that must run outside a transaction by its tree. */
export function aloneStatement(statement: Node): AloneOrNot {
  const [type, fields] = unwrap(statement);
  switch (type) {
    case 'IndexStmt':
      return createIndex(fields);
    case 'DropStmt':
      return dropIndex(fields);
    case 'ReindexStmt':
      return reindex(fields);
    case 'AlterTableStmt':
      return detach(fields);
    case 'VacuumStmt':
      return vacuum(fields);
    default:
      return null;
  }
}

/**
 * The same CREATE INDEX without CONCURRENTLY and on another table: what PostgreSQL makes of it there says what the
 * definition will be. `table` is put in as it is; `start` is where the statement stands in the whole text, in bytes.
 */
export async function onOtherTable(
  text: string,
  start: number,
  alone: Extract<Alone, { kind: 'create-index' }>,
  table: string,
): Promise<string | null> {
  const bytes = Buffer.from(text, 'utf8');
  const at = alone.tableAt - start;
  const tokens = (await scanSql(text)).map((token) => ({
    ...token,
    word: bytes.toString('utf8', token.start, token.end),
  }));
  const code = tokens.filter(({ word }) => !word.startsWith('--') && !word.startsWith('/*'));
  const concurrently = code.find(({ word }) => word.toLowerCase() === 'concurrently');
  const first = code.findIndex((token) => token.start === at);
  const last = code[first + (alone.table.schema === null ? 0 : 2)];
  if (!concurrently || first < 0 || !last || concurrently.end > at) return null;
  return Buffer.concat([
    bytes.subarray(0, concurrently.start),
    bytes.subarray(concurrently.end, at),
    Buffer.from(table),
    bytes.subarray(last.end),
  ]).toString('utf8');
}
