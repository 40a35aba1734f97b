import type { ClientBase } from 'pg';
import type { RollbackPlan } from '#core/change/rollback-plan';
import { ok, refuse, type Result } from '#core/result';
import type { ConnectionConfig } from '../config';
import type { Statement } from '../sql/cut';
import { type Facts, readFacts, type TableFacts } from './catalog';
import { wrapStatement } from './wrap';
import { callsOf, type ChangingStatement, readStatement } from './read-statement';

/** Under whose rights and search path a script runs, and how much may be kept of it. */
export interface PlanFrame {
  readonly role: string;
  readonly searchPath: string;
  readonly beforeImages: ConnectionConfig['beforeImages'];
}

/** A plan with what the executor needs to carry it out. */
export interface DerivedPlan {
  readonly plan: RollbackPlan;
  /** For each entry of the plan: its statement and its table. */
  readonly parts: readonly { readonly statement: ChangingStatement; readonly table: TableFacts }[];
  readonly settings: Facts['settings'];
}

const otherKinds: Readonly<Record<string, string>> = {
  v: 'a view',
  m: 'a materialized view',
  f: 'a foreign table',
};

/** Servers without and with `RETURNING old`: the plan must not depend on which it is. */
const versions = [150_000, 180_000];

const inverse = { insert: 'delete', update: 'update', delete: 'insert' } as const;

/** What kind of table cannot be undone at all, in words to follow its name. */
function againstTable(table: TableFacts): string | null {
  if (table.kind in otherKinds) return `is ${otherKinds[table.kind]}`;
  if (table.kind !== 'r' && table.kind !== 'p') return 'is not a table';
  if (table.persistence === 't') return 'is a temporary table';
  if (['pg_catalog', 'information_schema', 'querychange'].includes(table.schema))
    return 'belongs to the system';
  if (table.isPartition) return 'is a partition: name the partitioned table instead';
  if (table.hasChildren) return 'has tables that inherit from it';
  if (table.hasRules) return 'has rules';
  if (table.rowSecurity) return 'has row security, which may hide rows';
  if (table.key.length === 0) return 'has no primary key';
  const odd = table.columns.find(
    ({ name, plain, generated }) => table.key.includes(name) && (!plain || generated),
  );
  if (odd) return `has the primary key column ${odd.name} of a type by which rows cannot be found surely`;
  return null;
}

/** What speaks against undoing this action on this table, in words to follow “statement 1 ”. */
function againstAction({ action, assigned }: ChangingStatement, table: TableFacts): string | null {
  const name = `${table.schema}.${table.name}`;
  const back = inverse[action];
  const trigger = table.triggers.find((one) => one[action] || one[back]);
  if (trigger) return `changes ${name}, whose trigger ${trigger.name} may change more`;
  if (!table.may.select || !table.may[action]) return `needs rights on ${name} that the role does not have`;
  // To be compared, a row is locked, which takes the right to update it.
  const needed = [back, ...(action === 'insert' ? (['update'] as const) : [])].find(
    (right) => !table.may[right],
  );
  if (needed) return `could not be undone: the role may not ${needed} in ${name}`;
  if (action === 'delete') {
    const chain = table.references.find(
      ({ deletes }) => deletes === 'c' || deletes === 'n' || deletes === 'd',
    );
    if (chain) return `deletes from ${name}, and a foreign key of ${chain.table} changes rows with it`;
  }
  if (action !== 'update') return null;
  const key = table.key.find((column) => assigned.includes(column));
  if (key !== undefined) return `changes the primary key column ${key} of ${name}`;
  const referred = table.references.find(({ columns }) =>
    columns.some((column) => assigned.includes(column)),
  );
  if (referred) return `changes columns of ${name} to which a foreign key of ${referred.table} refers`;
  const identity = table.columns.find(({ name: column, always }) => always && assigned.includes(column));
  if (identity)
    return `changes the identity column ${identity.name} of ${name}, which takes no given value back`;
  return null;
}

/** Values must come back exactly as they were; some styles of writing them lose something. */
function againstSettings({ settings }: Facts): string | null {
  if (!settings['DateStyle']?.startsWith('ISO'))
    return 'the connection writes dates in a style that is not exact';
  if (settings['IntervalStyle'] !== 'postgres')
    return 'the connection writes intervals in a style that is not exact';
  if (Number(settings['extra_float_digits']) < 1)
    return 'the connection writes floating point numbers shortened';
  return null;
}

/** Columns that come back: all of an inserted or deleted row, those that an UPDATE assigns. */
function columnsOf({ action, assigned }: ChangingStatement, table: TableFacts): string[] {
  return table.columns
    .filter(({ name, generated }) => !generated && (action !== 'update' || assigned.includes(name)))
    .map(({ name }) => name);
}

/**
 * Derives how to undo a script by the rows it changes. Reads the text and the catalogues, in the open transaction of
 * `client`, and runs nothing of the text.
 * @returns the refusal in words for the author, at most 500 characters
 */
export async function derivePlan(
  client: ClientBase,
  statements: readonly Statement[],
  frame: PlanFrame,
): Promise<Result<DerivedPlan, string>> {
  const no = (words: string): Result<never, string> =>
    refuse(`There is no automatic rollback: ${words}.`.slice(0, 500));
  const changing: ChangingStatement[] = [];
  for (const statement of statements) {
    const read = readStatement(statement);
    if (!read.ok) return no(`statement ${statement.index + 1} ${read.error}`);
    if (read.value) changing.push(read.value);
  }
  if (changing.length === 0) return no('the SQL changes no rows');
  const facts = await readFacts(
    client,
    changing.map(({ table }) => table),
    callsOf(statements),
    frame,
  );
  if (!facts.installed)
    return no('the connection’s ledger schema is older: an operator must run “executor init”');
  const [call] = facts.volatile;
  if (call !== undefined) return no(`the SQL calls ${call}, which may do more than it returns`);
  const style = againstSettings(facts);
  if (style !== null) return no(style);
  const parts: DerivedPlan['parts'][number][] = [];
  for (const [at, statement] of changing.entries()) {
    const { index, table: named } = statement;
    const table = facts.tables[at] ?? null;
    if (!table) return no(`statement ${index + 1} names ${named.name}, which is not there`);
    const kind = againstTable(table);
    if (kind !== null) return no(`${table.schema}.${table.name} ${kind}`);
    const against = againstAction(statement, table);
    if (against !== null) return no(`statement ${index + 1} ${against}`);
    const text = statements.find((one) => one.index === index);
    for (const version of text ? versions : []) {
      if (text && !(await wrapStatement(text, statement, table, version))) {
        return no(`statement ${index + 1} cannot be read while it runs`);
      }
    }
    parts.push({ statement, table });
  }
  const { maxRows, maxBytes, keepHours } = frame.beforeImages;
  const plan: RollbackPlan = {
    generator: 1,
    statements: parts.map(({ statement, table }) => ({
      index: statement.index,
      action: statement.action,
      table: { schema: table.schema, name: table.name },
      key: table.key,
      columns: columnsOf(statement, table),
    })),
    maxRows,
    maxBytes,
    keepHours,
  };
  return ok({ plan, parts, settings: facts.settings });
}
