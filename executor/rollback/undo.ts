import { escapeLiteral, type PoolClient } from 'pg';
import type { RollbackPlan } from '#core/change/rollback-plan';
import type { OrderClaims } from '#core/protocol/order';
import type { StatementOutcome } from '#core/protocol/receipt';
import type { Masker } from '../masking/masker';
import { conditionName } from '../postgres/conditions';
import { serverError, serverMessage } from '../postgres/errors';
import { forgetKeptRowsSql } from '../postgres/kept-rows';
import { orTryAgain } from '../run/attempt-end';
import type { ProgressOf } from '../run/progress';
import { bodyText, type StatementsRun } from '../run/statements';
import { send } from '../run/table-counters';
import { Ended } from '../run/trips';
import type { Watchdog } from '../run/watchdog';
import { readFacts, type TableFacts } from './catalog';
import { lockTables } from './capture';
import { findDrift } from './drift';
import { maskDrift } from './mask-drift';
import type { ImageHead, KeptRow } from './image';
import { runForEach } from './portal';
import { type Expected, reachedOnly, reachNow, treeOf } from './reach';
import { type Image, openImage } from './read-image';
import { deleteSql, insertBackSql, updateBackSql } from './row-sql';

type Entry = RollbackPlan['statements'][number];

const rowsAtOnce = 500;
const watchdogGraceMs = 1_000;
const commands = { insert: 'DELETE', update: 'UPDATE', delete: 'INSERT' } as const;

const refused = (code: string, message: string): Ended => new Ended({ kind: 'refused', code, message });
const failed = (code: string, message: string, body: string | null = null): Ended =>
  new Ended({ kind: 'failed', statements: [], body, reason: { code, message }, startedAt: null });

const inWords = (rows: number): string => (rows === 1 ? '1 row is' : `${rows} rows are`);

const shapeOf = ({ columns }: TableFacts): [string, string][] =>
  columns.map(({ name, type }) => [name, type]);

/** The tables of the plan, if each has the columns that its kept rows have. */
async function sameTables(
  client: PoolClient,
  claims: OrderClaims,
  plan: RollbackPlan,
  head: ImageHead,
): Promise<readonly TableFacts[] | null> {
  const { role, searchPath } = claims.content;
  const names = plan.statements.map(({ table }) => table);
  const facts = await readFacts(client, names, { functions: [], operators: [] }, { role, searchPath });
  const same = facts.tables.every(
    (table, at) => table && JSON.stringify(shapeOf(table)) === JSON.stringify(head.columns[at]),
  );
  return same ? facts.tables.filter((table) => table !== null) : null;
}

/** Undoes some rows of one entry of the plan, last first; each must be exactly as it was before the change. */
async function undoRows(client: PoolClient, entry: Entry, rows: readonly KeptRow[]): Promise<void> {
  const images = rows.map(({ before, after }) => (entry.action === 'insert' ? after : before) ?? '');
  let same = 0;
  if (entry.action === 'update') {
    await runForEach(
      client,
      updateBackSql(entry),
      images.map((image) => [image]),
      ([equal]) => {
        if (equal === 't') same += 1;
      },
    );
  } else {
    const sql = entry.action === 'insert' ? deleteSql(entry) : insertBackSql(entry);
    const result = await client.query<{ n: number }>(sql, [images]);
    same = result.rows[0]?.n ?? 0;
  }
  if (same !== rows.length) {
    throw failed('rollback-not-exact', 'Some rows did not come back as they were; nothing was changed.');
  }
}

async function undoAll(
  client: PoolClient,
  plan: RollbackPlan,
  tables: readonly TableFacts[],
  image: Image,
  { goOn, progress }: Pick<Undoing, 'progress'> & { readonly goOn: () => boolean },
): Promise<number[]> {
  const done = plan.statements.map(() => 0);
  let at = -1;
  let batch: KeptRow[] = [];
  const flush = async (): Promise<void> => {
    const entry = plan.statements[at];
    if (entry && batch.length > 0) {
      await undoRows(client, entry, batch);
      done[at] = (done[at] ?? 0) + batch.length;
      progress.rows(batch.length);
    }
    batch = [];
  };
  for await (const rows of image.backwards()) {
    if (!goOn()) return done;
    for (const row of rows) {
      // Rows that refer to rows of the same table must go and come together, as they did.
      const whole =
        plan.statements[at]?.action !== 'update' && tables[at]?.references.some(({ self }) => self);
      if (row.index !== at || (batch.length >= rowsAtOnce && !whole)) {
        await flush();
        const next = plan.statements[row.index];
        if (row.index !== at && next) {
          progress.step(plan.statements.length - row.index);
          progress.undoes(`${next.table.schema}.${next.table.name}`.slice(0, 130));
        }
        at = row.index;
      }
      batch.push(row);
    }
  }
  await flush();
  return done;
}

function expectedOf(
  plan: RollbackPlan,
  trees: readonly (readonly string[])[],
  done: readonly number[],
): readonly Expected[] {
  const expected = new Map<
    string,
    { tables: readonly string[]; inserted: number; updated: number; deleted: number }
  >();
  for (const [at, { action }] of plan.statements.entries()) {
    const tables = trees[at] ?? [];
    const key = tables.toSorted().join();
    const sums = expected.get(key) ?? { tables, inserted: 0, updated: 0, deleted: 0 };
    sums[({ insert: 'deleted', update: 'updated', delete: 'inserted' } as const)[action]] += done[at] ?? 0;
    expected.set(key, sums);
  }
  return [...expected.values()];
}

/** What was undone, statement by statement of the change; there is no text to point into. */
function outcomesOf(plan: RollbackPlan, done: readonly number[], ms: number): StatementOutcome[] {
  return plan.statements
    .map(({ index, action }, at) => ({
      index,
      start: 0,
      end: 0,
      command: commands[action],
      rows: done[at] ?? 0,
      ms,
      error: null,
    }))
    .toReversed();
}

/** What the undoing is watched by and tells to. */
interface Undoing {
  readonly watchdog: Watchdog;
  readonly masker: Masker | null;
  readonly progress: Pick<ProgressOf, 'step' | 'rows' | 'undoes'>;
}

/**
 * Undoes a change by its kept rows, in the open transaction of `client`: all of it, or an end that says why not.
 * @throws Ended when it is not to be committed, Error when the connection fails
 */
export async function undoChange(
  client: PoolClient,
  claims: OrderClaims,
  plan: RollbackPlan,
  { watchdog, masker, progress }: Undoing,
): Promise<StatementsRun> {
  const { limits } = claims.content;
  const began = performance.now();
  const goOn = (): boolean => {
    watchdog.statement(limits.statementTimeoutMs + watchdogGraceMs);
    return !watchdog.interrupted();
  };
  try {
    goOn();
    progress.undoes(null);
    const image = await openImage(client, claims);
    if (image === null) {
      throw refused(
        'before-image-expired',
        'The rows that were kept to undo this change are not there any more.',
      );
    }
    if (image === 'damaged') {
      throw refused(
        'before-image-damaged',
        'The kept rows are not those that the receipt of the change names.',
      );
    }
    await lockTables(client, plan, Number.MAX_SAFE_INTEGER);
    const tables = await sameTables(client, claims, plan, image.head);
    if (!tables) {
      throw refused(
        'plan-changed',
        'A table that the change touched has other columns now: make a new change.',
      );
    }
    await send(client, settingsSql(image.head.settings));
    const drift = await findDrift(client, plan, image, limits, goOn);
    if (drift) {
      const message = `${inWords(drift.rows)} not as the change left them; nothing was rolled back.`;
      throw failed('rows-drifted', message, bodyText(await maskDrift(client, masker, plan, drift.body)));
    }
    const trees = await Promise.all(tables.map(({ oid }) => treeOf(client, oid)));
    await send(client, ['set constraints all deferred']);
    const before = await reachNow(client);
    const done = await undoAll(client, plan, tables, image, { goOn, progress });
    progress.step(plan.statements.length + 1);
    await send(client, ['set constraints all immediate']);
    if (
      !watchdog.interrupted() &&
      !reachedOnly(before, await reachNow(client), expectedOf(plan, trees, done))
    ) {
      const message =
        'Undoing the change would also change other rows, for example by a foreign key; nothing was rolled back.';
      throw failed('rollback-reaches-further', message);
    }
    await send(client, ['set local role none', forgetKeptRowsSql(claims)]);
    const ms = Math.round((performance.now() - began) * 1_000) / 1_000;
    return { outcomes: outcomesOf(plan, done, ms), body: [], error: null };
  } catch (error) {
    const failure = serverError(error);
    if (!failure) throw error;
    const sqlstate = failure.code ?? 'XX000';
    const condition = conditionName(sqlstate);
    const message = masker ? masker.message(sqlstate) : serverMessage(failure);
    const end = {
      kind: 'failed' as const,
      statements: [],
      body: bodyText([{ index: 0, columns: [], rows: [], truncated: false, message }]),
      reason: { code: sqlstate, message: `${condition} while the kept rows were brought back` },
      startedAt: null,
    };
    // Somebody took a key between the comparison and the undoing: looked at again, it is drift.
    throw new Ended(
      sqlstate === '23505' ? { kind: 'conflict', cause: 'conflict', end } : orTryAgain(end, failure),
    );
  } finally {
    watchdog.statement(null);
  }
}

/** Writes values as text the way they were written when the rows were kept. */
const settingsSql = (settings: ImageHead['settings']): readonly string[] =>
  Object.entries(settings).map(
    ([name, value]) => `select pg_catalog.set_config(${escapeLiteral(name)}, ${escapeLiteral(value)}, true)`,
  );
