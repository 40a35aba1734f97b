import type { DatabaseError, PoolClient } from 'pg';
import type { ExecutionLimits } from '#core/protocol/claims';
import type { ResultBody, StatementOutcome } from '#core/protocol/receipt';
import { type Masker, maskedValue } from '../masking/masker';
import { captureQuery, type Captured } from '../postgres/capture-query';
import { conditionName } from '../postgres/conditions';
import { serverError, serverMessage } from '../postgres/errors';
import type { BeforeImage, RowKeeper } from '../rollback/keeper';
import type { Statement } from '../sql/cut';
import type { AtPoint } from './points';
import type { ProgressOf } from './progress';
import type { RowBudget } from './row-budget';
import type { Watchdog } from './watchdog';

type BodyStatement = ResultBody['statements'][number];

/** What running the statements came to. */
export interface StatementsRun {
  readonly outcomes: readonly StatementOutcome[];
  readonly body: readonly BodyStatement[];
  /** The server's error on the last statement that ran; null when all went well. */
  readonly error: unknown;
  /** What was kept to undo them. */
  readonly beforeImage?: BeforeImage;
  /** Why the change must not be committed although no statement failed; absent: nothing. */
  readonly problem?: { readonly code: string; readonly message: string } | null;
}

/** Patience of the watchdog beyond the statement timeout that the server itself keeps. */
export const watchdogGraceMs = 1_000;

/** Outcome of a statement that did not run. */
export function notRun(statement: Statement): StatementOutcome {
  const { index, start, end } = statement;
  return { index, start, end, command: null, rows: null, ms: 0, error: null };
}

/** Translates a position inside one statement (characters from 1) to the whole text. */
function positionInText(statement: Statement, position: string | undefined): number | null {
  const inside = Number(position);
  return Number.isInteger(inside) && inside > 0 ? statement.charsBefore + inside : null;
}

/** Names of the column types, asked once per type and connection, in the transaction that may have created them. */
async function typeNames(
  client: PoolClient,
  captured: Captured,
  known: Map<number, string>,
): Promise<readonly string[]> {
  const unknown = [...new Set(captured.columns.map(({ typeOid }) => typeOid))].filter(
    (oid) => !known.has(oid),
  );
  if (unknown.length > 0) {
    const { rows } = await client.query<{ oid: string; name: string }>(
      'select oid::text, pg_catalog.format_type(oid, null) as name from pg_catalog.pg_type where oid = any ($1::oid[])',
      [unknown],
    );
    for (const { oid, name } of rows) known.set(Number(oid), name);
  }
  return captured.columns.map(({ typeOid }) => known.get(typeOid) ?? 'unknown');
}

/**
 * What a failed statement came to: its outcome, and the server's words for those allowed to see them.
 * @throws the error itself when it is none of the server's
 */
export function failureOf(
  statement: Statement,
  error: unknown,
  ms: number,
  masker: Masker | null,
): { readonly outcome: StatementOutcome; readonly body: BodyStatement; readonly error: DatabaseError } {
  const failure = serverError(error);
  if (!failure) throw error;
  const { index } = statement;
  const sqlstate = failure.code ?? 'XX000';
  const message = masker ? masker.message(sqlstate) : serverMessage(failure);
  const position = positionInText(statement, failure.position);
  return {
    outcome: { ...notRun(statement), ms, error: { sqlstate, condition: conditionName(sqlstate), position } },
    body: { index, columns: [], rows: [], truncated: false, message },
    error: failure,
  };
}

/** What the statements run under. */
interface Running {
  readonly limits: ExecutionLimits;
  readonly watchdog: Watchdog;
  /** Names of column types that are known already. */
  readonly known: Map<number, string>;
  readonly readOnly: boolean;
  readonly budget: RowBudget | null;
  /** Keeps what is needed to undo them; null when nothing is to be kept. */
  readonly keeper: RowKeeper | null;
  /** Null: nothing is masked on this connection. */
  readonly masker: Masker | null;
  readonly progress: ProgressOf;
  readonly at: AtPoint;
}

/** Runs the statements one after the other; ends at the first error, and when interrupted. Connection errors are thrown. */
export async function runStatements(
  client: PoolClient,
  statements: readonly Statement[],
  running: Running,
): Promise<StatementsRun> {
  const { limits, watchdog, known, readOnly, budget, keeper, masker, progress, at: reached } = running;
  const outcomes: StatementOutcome[] = [];
  const body: BodyStatement[] = [];
  let bytesLeft = limits.maxResultBytes;
  for (const statement of statements) {
    if (watchdog.interrupted()) break;
    const { index, start, end } = statement;
    if (index > 0) await reached('between-statements');
    progress.step(index + 1);
    const began = performance.now();
    const elapsed = (): number => Math.round((performance.now() - began) * 1_000) / 1_000;
    const capture = (): Promise<Captured> => {
      watchdog.statement(limits.statementTimeoutMs + watchdogGraceMs);
      const kept = keeper?.capture(statement);
      if (kept) return kept;
      return captureQuery(client, statement.text, {
        maxRows: limits.maxResultRows,
        maxBytes: bytesLeft,
        stopWhenFull: readOnly,
      });
    };
    try {
      const captured = await (budget === null ? capture() : budget.run(index, capture));
      const ms = elapsed();
      watchdog.statement(null);
      outcomes.push({ index, start, end, command: captured.command, rows: captured.count, ms, error: null });
      progress.rows(captured.count ?? 0);
      if (budget?.problem || keeper?.problem) {
        outcomes.push(...statements.slice(index + 1).map(notRun));
        break;
      }
      if (captured.columns.length === 0) continue;
      const types = await typeNames(client, captured, known);
      const masks = await masker?.columns(client, statement, captured.columns);
      const columns = captured.columns.map(({ name }, at) => ({
        name: masks?.[at]?.name ?? name,
        type: types[at] ?? 'unknown',
        ...(masks?.[at]?.masked ? { masked: masks[at].masked } : {}),
      }));
      const rows = captured.rows.map((row) =>
        row.map((value, at) => (columns[at]?.masked === undefined ? value : maskedValue)),
      );
      bytesLeft -= Buffer.byteLength(JSON.stringify(rows));
      body.push({ index, columns, rows, truncated: captured.truncated, message: null });
    } catch (error) {
      watchdog.statement(null);
      const failed = failureOf(statement, error, elapsed(), masker);
      outcomes.push(failed.outcome);
      body.push(failed.body);
      outcomes.push(...statements.slice(index + 1).map(notRun));
      return { outcomes, body, error: failed.error };
    }
  }
  progress.step(statements.length + 1);
  return { outcomes, body, error: null };
}

/** JSON text of a result body, or null when there is nothing to say. */
export function bodyText(body: readonly BodyStatement[]): string | null {
  return body.length === 0 ? null : JSON.stringify({ v: 1, statements: body });
}
