import type { PoolClient } from 'pg';
import { affectedRows } from '#core/protocol/receipt';
import type { Captured } from '../postgres/capture-query';
import { retryCause, serverError } from '../postgres/errors';
import {
  maxTriggerRounds,
  replacedTables,
  rowsWritten,
  sampleAfter,
  send,
  Uncountable,
} from './table-counters';

/** Holds a change to the number of rows that was approved, by what the transaction did, not by what its text says. */
export interface RowBudget {
  /** Runs statement `index` and counts what it did, by triggers and cascades too. May run it twice: see `counted`. */
  run(index: number, statement: () => Promise<Captured>): Promise<Captured>;
  /** Fires deferred triggers and counts what they did. */
  settle(): Promise<void>;
  /** Rows affected so far; null when they could not be counted. */
  readonly affected: number | null;
  /** Why the change must not be committed; null while it is within its budget. */
  readonly problem: { readonly code: string; readonly message: string } | null;
}

const savepoint = 'querychange_row_budget';

const fired: Captured = { columns: [], rows: [], truncated: false, command: null, count: null };

const inWords = (rows: number): string => (rows === 1 ? '1 row' : `${rows} rows`);

/**
 * Locks the tables and counts the rows they hold, at most `enough` of each. Row security is off for it: a policy that
 * hides rows from the role makes the count fail, not small.
 */
async function rowsHeld(client: PoolClient, tables: readonly string[], enough: number): Promise<number> {
  const names = await send(client, [
    `rollback to savepoint ${savepoint}`,
    `select pg_catalog.format('%I.%I', n.nspname, c.relname) as name from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
       where c.oid operator(pg_catalog.=) any ('{${tables.join(',')}}'::pg_catalog.oid[]) order by c.oid`,
  ]);
  const found = ((names.at(-1)?.rows ?? []) as { name: string }[]).map(({ name }) => name);
  const inner = `${savepoint}_count`;
  const results = await send(client, [
    ...found.map((name) => `lock table only ${name} in access exclusive mode`),
    `savepoint ${inner}`,
    'set local row_security = off',
    ...found.map(
      (name) => `select pg_catalog.count(*) as held from (select from only ${name} limit ${enough}) as t`,
    ),
    `rollback to savepoint ${inner}`,
    `release savepoint ${inner}`,
  ]);
  const rows = results.flatMap((result) => result.rows as { held?: string }[]);
  return rows.reduce((sum, { held }) => sum + Number(held ?? 0), 0);
}

/**
 * Starts counting on a session whose transaction has begun. Rows of ordinary tables and partitions count: inserted,
 * updated, deleted, and those that a truncated, dropped or rewritten table held.
 */
export function startRowBudget(client: PoolClient, budget: number): RowBudget {
  let affected = 0;
  let problem: RowBudget['problem'] = null;

  /** Counts one step; afterwards the step is done, or there is a problem. True when it wrote any row. */
  const counted = async (
    what: string,
    step: () => Promise<Captured>,
  ): Promise<{ captured: Captured; wrote: boolean }> => {
    let before = await sampleAfter(client, [`savepoint ${savepoint}`]);
    let captured = await step();
    let after = await sampleAfter(client, []);
    const replaced = replacedTables(before, after);
    let held = 0;
    if (replaced.length > 0) {
      // Which rows went can only be asked before they go: undo the step, count, and take it again.
      held = await rowsHeld(client, replaced, budget + 1).catch((error: unknown) => {
        const failure = serverError(error);
        if (!failure || retryCause(failure) !== null || failure.code === '57014') throw error;
        throw new Uncountable(`${what} empties a table whose rows its role may not count`);
      });
      if (affected + held <= budget) {
        before = await sampleAfter(client, []);
        captured = await step();
        after = await sampleAfter(client, []);
        if (replacedTables(before, after).some((oid) => !replaced.includes(oid))) {
          throw new Uncountable(`${what} empties another table each time it runs`);
        }
      }
    }
    const written = rowsWritten(before, after);
    affected += held + Math.max(written, affectedRows([{ command: captured.command, rows: captured.count }]));
    if (affected > budget) {
      const figure = held > budget ? `at least ${inWords(affected)}` : inWords(affected);
      problem = {
        code: 'row-budget-exceeded',
        message: `With ${what} the change affects ${figure}; at most ${inWords(budget)} ${budget === 1 ? 'was' : 'were'} approved.`,
      };
    } else await client.query(`release savepoint ${savepoint}`);
    return { captured, wrote: written > 0 };
  };
  const unknown = (error: unknown): void => {
    if (!(error instanceof Uncountable)) throw error;
    problem = {
      code: 'row-budget-unknown',
      message: `The rows that the change affects cannot be counted: ${error.message}.`,
    };
  };
  return {
    async run(index, statement) {
      try {
        return (await counted(`statement ${index + 1}`, statement)).captured;
      } catch (error) {
        unknown(error);
        return fired;
      }
    },
    async settle() {
      const fire = async (): Promise<Captured> => {
        await client.query('set constraints all immediate');
        return fired;
      };
      try {
        for (let round = 0; round < maxTriggerRounds; round += 1) {
          const { wrote } = await counted('its deferred triggers', fire);
          // What wrote nothing has queued no trigger either.
          if (!wrote || affected > budget) return;
        }
        throw new Uncountable('its deferred triggers never come to an end');
      } catch (error) {
        unknown(error);
      }
    },
    get affected() {
      return problem?.code === 'row-budget-unknown' ? null : affected;
    },
    get problem() {
      return problem;
    },
  };
}
