import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import process from 'node:process';
import { oneConnection } from '../../executor/local/one-connection';
import { aim, interleaved, median, printTable, spread, timed, type Contestant } from '../harness';
import { run } from '../program';
import { buildOrders, checkMarks, runOrder } from './orders';
import { dbmate, liquibase, nodePgMigrate, sqitch, type Peer } from './peer-tools';
import type { Stage } from './stage';

const changes = 100;
const tools = ['dbmate@2.36.0', 'node-pg-migrate@8.0.4', 'pg@8.23.1', 'liquibase@4.27.0'];

/** A peer with why it is not there, or what starts it. */
interface Invited {
  readonly peer: Peer;
  readonly absent: string | null;
}

/** The same changes by tools that apply approved changes, each in a database and a process of its own. */
export async function peers(stage: Stage): Promise<void> {
  const folder = path.join(stage.folder, 'peers');
  const problem = await install(folder);
  const invited: Invited[] = [];
  for (const peer of [dbmate, nodePgMigrate, sqitch, liquibase])
    invited.push({ peer, absent: await absence(peer, folder, problem) });
  const executor: Contestant<number> = async (round) => {
    const prefix = `peers-${round}`;
    const orders = await buildOrders(stage, prefix, changes);
    const taken = await timed(async () => {
      for (const order of orders) await runOrder(stage, order);
    });
    await checkMarks(stage, prefix, changes);
    return taken;
  };
  const there = invited.filter(({ absent }) => absent === null).map(({ peer }) => peer);
  const taken = await interleaved<number, string>({
    executor,
    ...Object.fromEntries(there.map((peer) => [peer.name, contestant(stage, folder, peer)])),
  });
  const ours = taken['executor'] ?? [];
  const rows = invited.map(({ peer, absent }) => {
    if (absent !== null) return [peer.name, `not measured: ${absent}`, ''];
    const values = taken[peer.name] ?? [];
    const words = peer.sample === changes ? '' : ` (a sample of ${peer.sample}, scaled)`;
    const times = median(values) / median(ours);
    return [
      peer.name,
      spread(values, 's', 2) + words,
      aim(`ours first, is ${times.toFixed(1)} ×`, times > 1),
    ];
  });
  printTable(
    `${changes} changes, each approved and run by itself: one invocation of a tool, one order of ours`,
    ['what', 'median of the runs (least–most)', 'aim'],
    [['executor, one after the other', spread(ours, 's', 2), ''], ...rows],
  );
}

/** Installs the peers beside the bench's own files; answers why that was not possible. They never are packages of ours. */
async function install(folder: string): Promise<string | null> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), '{"private":true}');
  const npm = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--fetch-retries=0', ...tools];
  try {
    await run('npm', npm, { cwd: folder });
    return null;
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return `npm cannot install it (${/npm error code (\w+)/.exec(said)?.[1] ?? 'no network?'})`;
  }
}

async function absence(peer: Peer, folder: string, problem: string | null): Promise<string | null> {
  if (peer.package !== null) {
    if (problem !== null) return problem;
    if (!existsSync(path.join(folder, 'node_modules', peer.package))) return `npm did not install it`;
  }
  if (peer.needs === null) return null;
  const paths = (process.env['PATH'] ?? '').split(path.delimiter);
  const there = paths.some((one) => existsSync(path.join(one, peer.needs ?? '')));
  return there ? null : `${peer.needs} is not installed`;
}

function contestant(stage: Stage, folder: string, peer: Peer): Contestant<number> {
  return async (round) => {
    const database = `peer_${peer.name.replaceAll('-', '_')}_${round}`.toLowerCase();
    await stage.server.sql('postgres', `create database ${database}`);
    const url = stage.server.postgres().superuserUrl(database);
    await sqlIn(url, 'create table marks (change text not null)');
    const work = path.join(folder, 'work', database);
    await mkdir(work, { recursive: true });
    const place = { folder, work, url };
    await peer.prepare(place, peer.sample);
    const taken = await timed(async () => {
      for (let index = 0; index < peer.sample; index += 1) await peer.next(place, index);
    });
    const [row] = await sqlIn<{ n: number }>(url, 'select count(distinct change)::int as n from marks');
    if (row?.n !== peer.sample) throw new Error(`${peer.name}: ${row?.n} marks of ${peer.sample}`);
    await stage.server.sql('postgres', `drop database ${database} with (force)`);
    return (taken * changes) / peer.sample;
  };
}

async function sqlIn<T extends object>(url: string, text: string): Promise<T[]> {
  const connection = await oneConnection(url);
  try {
    return await connection.query<T>(text);
  } finally {
    await connection.close();
  }
}
