import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Pool, PoolClient } from 'pg';
import type { OrderClaims } from '#core/protocol/order';
import type { ReceiptClaims } from '#core/protocol/receipt';
import type { ConnectionConfig } from '../config';
import type { Masker } from '../masking/masker';
import { conditionName } from '../postgres/conditions';
import { serverError, serverMessage } from '../postgres/errors';
import type { AttemptEnd } from '../run/attempt-end';
import type { ProgressOf } from '../run/progress';
import type { StatementsRun } from '../run/statements';
import type { Watchdog } from '../run/watchdog';
import type { Statement } from '../sql/cut';
import { columnsRefusal } from './allowed';
import { copyOut, type RowSink } from './copy-out';
import { exportColumns } from './columns';
import { createExportFile, type ExportFile } from './export-file';
import { formatWriter } from './format-writer';
import { storeExport } from './store';
import { copyText, type ExportColumn } from './wrap';

type ExportClaim = NonNullable<ReceiptClaims['export']>;

/** Writes the result of one order to a file, in place of returning it. */
export interface Exporter {
  /** Runs the one SELECT in the open transaction of `client`. Connection errors are thrown. */
  run(client: PoolClient, statement: Statement, running: Running): Promise<StatementsRun>;
  /** After the transaction: the file of a read that succeeded is kept, any other removed. */
  settle(end: AttemptEnd): Promise<AttemptEnd>;
}

interface Running {
  readonly watchdog: Watchdog;
  readonly masker: Masker | null;
  readonly progress: ProgressOf;
}

const watchdogGraceMs = 1_000;
/** Rows between two words about progress. */
const progressEvery = 10_000;

/** Where the files of a connection lie. */
export function exportFolder(stateDir: string, exports: NonNullable<ConnectionConfig['exports']>): string {
  return exports.dir ?? join(stateDir, 'exports');
}

/** The exporter of an order; null when its result is returned. */
export function exporterOf(
  claims: OrderClaims,
  connection: ConnectionConfig,
  deps: { readonly stateDir: string; readonly pool: Pool; readonly now: () => number },
): Exporter | null {
  const wish = claims.content.export;
  const { exports } = connection;
  if (wish === undefined || claims.kind !== 'apply' || exports === undefined) return null;
  const { format } = wish;
  const folder = exportFolder(deps.stateDir, exports);
  let made: { file: ExportFile; claim: Omit<ExportClaim, 'expiresAt'> } | null = null;

  const copy = async (
    client: PoolClient,
    statement: Statement,
    columns: readonly ExportColumn[],
    { watchdog, progress }: Running,
  ): Promise<void> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const file = await createExportFile(join(folder, `${randomUUID()}.part`), exports);
    made = { file, claim: { format, sha256: '', bytes: 0, rows: 0, masked: [] } };
    const writer = formatWriter(format, file, columns);
    writer.begin();
    let cancelled = false;
    let told = 0;
    const sink: RowSink = {
      rows(bytes, count) {
        writer.rows(bytes, count);
        if (file.rowCount - told >= progressEvery) {
          progress.rows(file.rowCount - told);
          told = file.rowCount;
        }
        if (file.problem === null || cancelled) return;
        cancelled = true;
        watchdog.cancel();
      },
      pressure: () => file.pressure(),
    };
    const timeoutMs = exports.timeoutSeconds * 1_000;
    await client.query(`set local statement_timeout = ${timeoutMs}`);
    watchdog.statement(timeoutMs + watchdogGraceMs);
    await copyOut(client, copyText(statement.text, columns, format), sink, timeoutMs + 60_000);
    watchdog.statement(null);
    progress.rows(file.rowCount - told);
    writer.end();
    const sha256 = await file.finish();
    const masked = columns.filter((column) => column.masked).map(({ name }) => name);
    made = { file, claim: { format, sha256, bytes: file.bytes, rows: file.rowCount, masked } };
  };

  return {
    async run(client, statement, running) {
      const { index, start, end } = statement;
      const began = performance.now();
      const outcome = (rows: number | null, error: StatementsRun['outcomes'][number]['error'] = null) => {
        const ms = Math.round((performance.now() - began) * 1_000) / 1_000;
        return [{ index, start, end, command: rows === null ? null : 'SELECT', rows, ms, error }];
      };
      running.progress.step(1);
      try {
        const columns = await exportColumns(client, statement, running.masker);
        const refused = columnsRefusal(
          columns.map(({ name }) => name),
          format,
        );
        if (refused !== null) {
          return {
            outcomes: outcome(null),
            body: [],
            error: null,
            problem: { code: 'export-refused', message: refused },
          };
        }
        await copy(client, statement, columns, running);
        const problem = made?.file.problem ?? null;
        return { outcomes: outcome(made?.file.rowCount ?? 0), body: [], error: null, problem };
      } catch (error) {
        running.watchdog.statement(null);
        const failure = serverError(error);
        if (!failure) throw error;
        // Our own cancel, because of the file.
        const problem = made?.file.problem ?? null;
        if (problem !== null) return { outcomes: outcome(null), body: [], error: null, problem };
        const sqlstate = failure.code ?? 'XX000';
        const message = running.masker ? running.masker.message(sqlstate) : serverMessage(failure);
        return {
          // A position would be one in our COPY.
          outcomes: outcome(null, { sqlstate, condition: conditionName(sqlstate), position: null }),
          body: [{ index, columns: [], rows: [], truncated: false, message }],
          error: failure,
        };
      }
    },
    async settle(end) {
      if (made === null) return end;
      const { file, claim } = made;
      made = null;
      if (end.kind !== 'read' || file.problem !== null) {
        await file.discard();
        return end;
      }
      const expiresAt = new Date(deps.now() + exports.keepHours * 3_600_000).toISOString();
      const path = join(folder, `${randomUUID()}.${format}`);
      await file.keep(path);
      const done: ExportClaim = { ...claim, expiresAt };
      await storeExport(deps.pool, { installation: claims.iss, jti: claims.jti, path }, done);
      return { ...end, file: done };
    },
  };
}
