import type { PoolClient } from 'pg';
import type { Statement } from '../sql/cut';
import { stringOf, unwrap, walk } from '#core/sql/tree/node';
import type { Node } from '../sql/parser';

/** A function that a statement calls by name; `schema` is null when it is found along the search path. */
interface NamedCall {
  readonly schema: string | null;
  readonly name: string;
}

/** Functions with an effect that a ROLLBACK leaves standing, as far as PostgreSQL itself and its contrib modules go. */
const irrevocable = new Set([
  'setval',
  'pg_cancel_backend',
  'pg_terminate_backend',
  'pg_reload_conf',
  'pg_rotate_logfile',
  'pg_promote',
  'pg_switch_wal',
  'pg_create_restore_point',
  'pg_backup_start',
  'pg_backup_stop',
  'pg_wal_replay_pause',
  'pg_wal_replay_resume',
  'pg_logical_emit_message',
  'pg_stat_reset',
  'pg_stat_reset_shared',
  'pg_stat_reset_single_table_counters',
  'pg_stat_statements_reset',
  'pg_replication_origin_create',
  'lo_export',
  'pg_file_write',
  'pg_file_rename',
  'pg_file_unlink',
]);
const irrevocablePrefixes = /^(dblink|http_|pg_(create|drop|copy)_(physical|logical)_replication_slot)/;

/** Volatile functions of PostgreSQL that do nothing, or nothing but move a sequence on. */
const harmless = [
  'nextval',
  'currval',
  'lastval',
  'random',
  'random_normal',
  'gen_random_uuid',
  'uuidv4',
  'uuidv7',
  'clock_timestamp',
  'timeofday',
  'txid_current_if_assigned',
  'pg_current_xact_id_if_assigned',
];

function callsIn(node: Node): NamedCall[] {
  const calls: NamedCall[] = [];
  for (const [key, fields] of walk(node)) {
    if (key !== 'FuncCall' || !Array.isArray(fields['funcname'])) continue;
    const path = fields['funcname'].map((part) => stringOf(part) ?? '');
    calls.push({ schema: path.length > 1 ? (path.at(-2) ?? null) : null, name: path.at(-1) ?? '' });
  }
  return calls;
}

const where = ({ index }: Statement): string => `statement ${index + 1}`;

/**
 * Names the first call of a function whose effect no ROLLBACK undoes, in words; null when the text shows none. What is
 * called inside a function or a block is not seen.
 */
export function irrevocableCall(statements: readonly Statement[]): string | null {
  for (const statement of statements) {
    for (const { name } of callsIn(statement.node)) {
      const called = name.toLowerCase();
      if (irrevocable.has(called) || irrevocablePrefixes.test(called)) {
        return `${where(statement)} calls ${called}, and rolling back does not undo what it does`;
      }
    }
  }
  return null;
}

const running = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'CreateTableAsStmt',
  'RefreshMatViewStmt',
]);

/**
 * On the database of a protected connection: what could run code that nobody can read off the text. Null when there is
 * nothing of it.
 */
export function hiddenCode(statements: readonly Statement[]): string | null {
  let made: Statement | null = null;
  for (const statement of statements) {
    const [type] = unwrap(statement.node);
    if (type === 'DoStmt') return `${where(statement)} is a DO block, whose calls cannot be judged`;
    if (type === 'CallStmt') return `${where(statement)} calls a procedure`;
    if (made && running.has(type))
      return `${where(statement)} could call the function that ${where(made)} makes`;
    if (type === 'CreateFunctionStmt') made = statement;
  }
  return null;
}

/**
 * Looks up the functions that a statement names: one that is volatile, and not on the short list of PostgreSQL's own that
 * do no harm, is named in words; null when there is none. Asks the catalogue, with the search path in force.
 */
export async function volatileCall(client: PoolClient, statement: Statement): Promise<string | null> {
  const calls = callsIn(statement.node);
  if (calls.length === 0) return null;
  const { rows } = await client.query<{ name: string }>(
    `select pg_catalog.format('%I.%I', n.nspname, p.proname) as name
       from pg_catalog.pg_proc p
       join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) p.pronamespace
       join rows from (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]))
           as called (schema, name)
         on called.name operator(pg_catalog.=) p.proname::pg_catalog.text
        and case when called.schema is null
          then n.nspname operator(pg_catalog.=) any (pg_catalog.current_schemas(true))
          else n.nspname::pg_catalog.text operator(pg_catalog.=) called.schema end
      where p.provolatile operator(pg_catalog.=) 'v'
        and not (n.nspname operator(pg_catalog.=) 'pg_catalog'
          and p.proname::pg_catalog.text operator(pg_catalog.=) any ($3::pg_catalog.text[]))
      limit 1`,
    [calls.map(({ schema }) => schema), calls.map(({ name }) => name), harmless],
  );
  const found = rows[0];
  return found ? `${where(statement)} calls ${found.name}, which may do anything (VOLATILE)` : null;
}
