import { findTable, type SchemaSnapshot } from '../facts/schema-snapshot';
import type { StatementFacts } from '../facts/statement-facts';
import { atLeast } from '../locks/modes';
import { isAlwaysTrue } from '../tree/conditions';
import { nameText } from '../tree/names';
import { find, isNode, items, type Node } from '../tree/node';
import { about, counted, listed } from '../summary/words';
import { higher, rewriteLevel, type RiskLevel, type RiskReason, rowsLevel, scanLevel } from './levels';

const reason =
  (statement: StatementFacts) =>
  (code: string, level: RiskLevel, text: string): RiskReason => ({
    code,
    level,
    text,
    statement: statement.index,
  });

/** What cannot be undone, or not be seen. */
export function* undoReasons(statement: StatementFacts): Generator<RiskReason> {
  const say = reason(statement);
  const { kind, reversible, nonTransactional, unseen } = statement;
  if (kind === 'opaque') yield say('opaque', 'high', 'Its text does not show what it does.');
  else if (unseen.length > 0) {
    yield say('unseen', 'medium', `It cannot be told ${listed(unseen, 3)}.`);
  }
  if (reversible.how === 'lost') yield say('lost', 'high', `It cannot be undone: ${reversible.why}.`);
  if (nonTransactional !== null) {
    yield say(
      'no-transaction',
      'medium',
      `${nonTransactional} runs outside a transaction: a failure half-way stays.`,
    );
  }
  if (kind === 'privilege') yield say('privilege', 'medium', 'It changes who may do what.');
}

/** Whom it keeps waiting, and for how long. */
export function* lockReasons(
  statement: StatementFacts,
  schema: SchemaSnapshot | null,
): Generator<RiskReason> {
  const say = reason(statement);
  const told = new Set<string>();
  for (const effect of statement.rewrites) {
    const rows = findTable(schema, effect)?.rows ?? null;
    told.add(nameText(effect));
    const size = rows === null ? 'of a size that is not known' : `with about ${about(rows)} rows`;
    const level = rows === null ? 'high' : rewriteLevel(rows);
    yield say(
      'rewrite',
      level,
      `It writes ${nameText(effect)} (${size}) anew while nobody can use it: ${effect.why}.`,
    );
  }
  for (const effect of statement.scans) {
    if (told.has(nameText(effect))) continue;
    const lock = statement.locks.find((one) => nameText(one) === nameText(effect));
    if (lock && !atLeast(lock.mode, 'SHARE')) continue;
    const rows = findTable(schema, effect)?.rows ?? null;
    told.add(nameText(effect));
    const size = rows === null ? 'of a size that is not known' : `with about ${about(rows)} rows`;
    const level = rows === null ? 'high' : scanLevel(rows);
    yield say(
      'scan',
      level,
      `It reads ${nameText(effect)} (${size}) from end to end while nobody can write to it: ${effect.why}.`,
    );
  }
  const short = statement.locks.filter((lock) => {
    const table = findTable(schema, lock);
    const small = table !== undefined && (table.kind === 'view' || (table.rows ?? Infinity) <= 1_000);
    return lock.object === 'relation' && atLeast(lock.mode, 'SHARE') && !told.has(nameText(lock)) && !small;
  });
  if (short.length === 0 || statement.reversible.how === 'lost') return;
  const names = listed(short.map(nameText), 4);
  yield say(
    'lock',
    'medium',
    `It waits for everybody who uses ${names}, and everybody who comes later waits for it.`,
  );
}

/** How many rows it changes: what a dry run counted, what the text says, or the worst that the table allows. */
export function* rowReasons(
  statement: StatementFacts,
  schema: SchemaSnapshot | null,
  dryRun: number | null,
): Generator<RiskReason> {
  if (statement.kind !== 'write' || statement.type === 'TruncateStmt') return;
  const say = reason(statement);
  if (dryRun !== null) {
    yield say('rows', rowsLevel(dryRun), `It changes ${counted(dryRun, 'row')}, as the dry run counted.`);
    return;
  }
  for (const type of ['UpdateStmt', 'DeleteStmt', 'MergeStmt'] as const) {
    for (const fields of find(statement.node, type)) yield* changed(say, fields, type, schema);
  }
  for (const insert of find(statement.node, 'InsertStmt')) {
    const values = literalRows(insert);
    if (values === null) yield say('rows', 'medium', 'How many rows the query adds is not known.');
    else if (values > 1_000) yield say('rows', rowsLevel(values), `It adds ${counted(values, 'row')}.`);
  }
}

function literalRows(insert: Node): number | null {
  const query = isNode(insert['selectStmt']) ? insert['selectStmt']['SelectStmt'] : undefined;
  if (!isNode(query)) return 1;
  const values = items(query['valuesLists']).length;
  return values > 0 ? values : null;
}

function* changed(
  say: ReturnType<typeof reason>,
  fields: Node,
  type: string,
  schema: SchemaSnapshot | null,
): Generator<RiskReason> {
  const relation = isNode(fields['relation']) ? fields['relation'] : {};
  const name = {
    schema: typeof relation['schemaname'] === 'string' ? relation['schemaname'] : null,
    name: String(relation['relname']),
  };
  const rows = findTable(schema, name)?.rows ?? null;
  const where = fields['whereClause'];
  const every = type !== 'MergeStmt' && (!isNode(where) || isAlwaysTrue(where));
  const size = rows === null ? 'and how many that is, is not known' : `about ${about(rows)}`;
  if (every) {
    const level = rows === null ? 'high' : higher('medium', rowsLevel(rows));
    yield say('every-row', level, `It changes every row of ${nameText(name)}, ${size}.`);
  } else if (rows === null) {
    yield say('rows', 'medium', `How many rows of ${nameText(name)} it changes is not known.`);
  } else if (rowsLevel(rows) !== 'low') {
    yield say(
      'rows',
      'medium',
      `Up to ${about(rows)} rows of ${nameText(name)} may change; no dry run has counted them.`,
    );
  }
}

/** Labelled data that it reads or changes. */
export function* dataReasons(statement: StatementFacts): Generator<RiskReason> {
  const say = reason(statement);
  for (const access of ['write', 'read'] as const) {
    const labelled = statement.columns.filter((column) => column.access === access && column.label !== null);
    if (labelled.length === 0) continue;
    if (access === 'read' && statement.kind !== 'read' && statement.kind !== 'opaque') continue;
    const names = listed(
      labelled.map((one) => `${one.name}.${one.column} (${one.label})`),
      4,
    );
    yield say(
      `data-${access}`,
      'medium',
      `It ${access === 'write' ? 'changes' : 'reads'} labelled data: ${names}.`,
    );
  }
}
