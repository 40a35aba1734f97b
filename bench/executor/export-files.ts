import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { ExportFormat } from '#core/protocol/export';
import type { ReceiptClaims } from '#core/protocol/receipt';
import { readReceipt } from '../../test/integration/executor/support/receiver';
import type { World } from '../../test/faults/support/world';
import { aim, interleaved, median, printTable, spread, timed, type Contestant } from '../harness';
import { run } from '../program';
import { runOrder, signOrder } from './orders';
import { asRole, findPsql } from './psql';
import { peakMemory } from './shipped';
import { role, type Stage } from './stage';

const million = 1_000_000;
const sql = 'select id, email, note, amount, at from rows_to_export';

const fill = (count: number): string => `
  create table rows_to_export (id bigint, email text, note text, amount int, at timestamptz);
  insert into rows_to_export select n, 'customer' || n || '@shop.example', md5(n::text), n * 7 % 1000,
    timestamptz '2024-01-01' + n * interval '1 second' from generate_series(1, ${count}) as n;
  grant select on rows_to_export to ${role}`;

type Lines = 'csv' | 'masked' | 'ndjson' | 'psql';

/** A million rows. */
export const exportFiles = async (stage: Stage): Promise<void> => exportRows(stage, million);

/** Ten million: takes long and some gigabytes of disk, so it is measured only when it is asked for. */
export const exportMore = async (stage: Stage): Promise<void> => exportRows(stage, 10 * million);

/** A result written to a file, with its SHA-256, from the order to the delivered receipt; beside psql's \\copy. */
async function exportRows(stage: Stage, rows: number): Promise<void> {
  const psql = findPsql();
  const world = await stage.another((input) => ({
    ...input,
    connections: input.connections.flatMap((connection) => [
      { ...connection, exports: {} },
      {
        ...connection,
        key: 'masked',
        name: 'Masked',
        exports: {},
        labels: { 'public.rows_to_export.email': 'personal' },
      },
    ]),
  }));
  try {
    await stage.server.sql(world.target, fill(rows));
    // As after any load that is not of just now: else the first reader pays for the writer's hint bits.
    await stage.server.sql(world.target, 'vacuum (analyze) rows_to_export');
    await world.start();
    const url = stage.server.postgres().loginUrl('faults_login', 'secret', world.target);
    const beside = async (): Promise<number> =>
      psql === null ? Number.NaN : timed(async () => copyWithPsql(psql, url, stage.folder));
    const taken = await interleaved<number, Lines>({
      psql: beside,
      csv: exporting(world, rows, 'main', 'csv'),
      masked: exporting(world, rows, 'masked', 'csv'),
      ndjson: exporting(world, rows, 'main', 'ndjson'),
    });
    print(taken, rows, await peakMemory());
    // A process of its own, for the memory that this takes.
    await world.process().stop();
    await world.start();
    const sizes: number[] = [];
    const tables = await interleaved<number, 'parquet' | 'psql'>({
      psql: beside,
      parquet: exporting(world, rows, 'main', 'parquet', (bytes) => sizes.push(bytes)),
    });
    printTables(tables, sizes, await peakMemory());
  } finally {
    await world.close();
  }
}

async function copyWithPsql(psql: string, url: string, folder: string): Promise<void> {
  const file = path.join(folder, 'psql.csv');
  const command = `\\copy (${sql}) to '${file}' csv header`;
  await run(psql, ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', command], { env: asRole });
  await rm(file);
}

/** One export; afterwards its file is compared with the receipt and removed, which is not measured. */
function exporting(
  world: World,
  rows: number,
  connection: string,
  format: ExportFormat,
  told: (bytes: number) => void = () => undefined,
): Contestant<number> {
  return async (round) => {
    const content = { export: { format } };
    const order = await world.order(
      { issueId: `${connection}-${format}-${round}`, sql, content },
      connection,
    );
    const signed = await signOrder({ world }, order);
    const ms = await timed(async () => runOrder({ world }, signed));
    const [receipt = ''] = world.receiver.receipts().get(order.jti) ?? [];
    const { claims } = await readReceipt({ receipt, result: null }, world.receiptKey);
    await check(world, rows, claims);
    told(claims.export?.bytes ?? 0);
    return ms;
  };
}

async function check(world: World, rows: number, claims: ReceiptClaims): Promise<void> {
  const folder = path.join(world.config.stateDir, 'exports');
  const [name] = await readdir(folder);
  const file = path.join(folder, name ?? '');
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  const made = claims.export;
  const same =
    made?.sha256 === hash.digest('hex') && made.bytes === (await stat(file)).size && made.rows === rows;
  if (!same) throw new Error(`the file is not the one of the receipt: ${JSON.stringify(claims)}`);
  await rm(file);
}

function print(taken: Record<Lines, number[]>, rows: number, memory: number | null): void {
  const times = (values: readonly number[]): number => median(values) / median(taken.psql);
  const measured = !Number.isNaN(median(taken.psql));
  const against = (values: readonly number[], most: number): string =>
    measured ? aim(`at most ${most} × psql, is ${times(values).toFixed(2)} ×`, times(values) <= most) : '';
  printTable(
    `${rows.toLocaleString('en-GB')} rows to a file with its SHA-256, order received → receipt delivered`,
    ['what', 'median of the runs (least–most)', 'aim'],
    [
      [
        '`psql \\copy` to CSV',
        measured ? spread(taken.psql, 's', 2) : 'not measured: psql is not installed',
        '',
      ],
      ['CSV', spread(taken.csv, 's', 2), against(taken.csv, 0.95)],
      ['CSV, one column masked', spread(taken.masked, 's', 2), against(taken.masked, 1.5)],
      ['NDJSON', spread(taken.ndjson, 's', 2), measured ? `${times(taken.ndjson).toFixed(2)} × psql` : ''],
      [
        'most memory that the executor held',
        megabytes(memory),
        memory === null ? '' : aim('at most 120 MB', memory <= 120e6),
      ],
    ],
  );
}

const megabytes = (bytes: number | null): string =>
  bytes === null ? 'not measured: no /proc' : `${(bytes / 1e6).toFixed(0)} MB`;

function printTables(
  taken: Record<'parquet' | 'psql', number[]>,
  sizes: readonly number[],
  memory: number | null,
): void {
  const times = median(taken.parquet) / median(taken.psql);
  printTable(
    'The same rows as Parquet, by a process of its own',
    ['what', 'median of the runs (least–most)', 'beside'],
    [
      ['Parquet', spread(taken.parquet, 's', 2), Number.isNaN(times) ? '' : `${times.toFixed(2)} × psql`],
      ['its file', megabytes(median(sizes)), ''],
      ['most memory that the executor held', megabytes(memory), ''],
    ],
  );
}
