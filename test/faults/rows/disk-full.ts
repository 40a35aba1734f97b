import type { ReceiptClaims } from '#core/protocol/receipt';
import { finalReceipts } from '../support/final-status';
import { judge, settle } from '../support/invariants';
import { type Change, pause, startLoad } from '../support/load';
import { type Outcome, type Row, type Tier, within, patience } from '../support/row';
import { mountSmallDisk, type SmallDisk } from '../support/small-disk';
import { createWorld, type Shared, type World } from '../support/world';

const fills: Record<Tier, number> = { ci: 6, full: 30 };
const diskFull = '53100';
const tablespace = 'small';

/** Needs room on the disk, which goes away with its session. */
const ballast = `create temp table ballast as select repeat(md5(g::text), 250) as pad from generate_series(1, 40) g`;

/** What each change that met the full disk may have come to: failed or refused, with that code and nothing applied. */
async function honest(world: World, changes: readonly Change[]): Promise<[Change[], number]> {
  const met = new Map<string, ReceiptClaims['status']>();
  for (const { jti, status, reason, statements } of (await finalReceipts(world)).values()) {
    const full =
      reason?.code === diskFull ||
      (reason?.message.includes(diskFull) ?? false) ||
      statements.some(({ error }) => error?.sqlstate === diskFull);
    if (full) met.set(jti, status);
  }
  return [
    changes.map((change) => ({ ...change, expect: met.get(change.claims.jti) ?? change.expect })),
    met.size,
  ];
}

async function fillAndFree(world: World, disk: SmallDisk, kill: boolean): Promise<string[]> {
  disk.fill();
  await pause(world.random.between(300, 900));
  if (kill) {
    world.gone();
    await world.process().kill();
    // It may start on a full disk, or say that it cannot.
    await world.start();
  }
  await pause(world.random.between(0, 300));
  disk.free();
  if (!kill) return [];
  world.gone();
  await world.process().kill();
  return (await world.start()) ? [] : ['a start after the disk had room again failed'];
}

async function run(shared: Shared, tier: Tier): Promise<Outcome> {
  const disk = mountSmallDisk(shared.server.folder);
  if (disk === null)
    return { runs: 'not run: it takes root on Linux to mount a small disk', hit: 'nothing', violations: [] };
  await shared.server.sql('postgres', `create tablespace ${tablespace} location '${disk.folder}'`);
  const world = await createWorld(shared, { tablespace });
  try {
    const load = startLoad(world, { flights: 16, duplicates: 0.2, sleepMs: [5, 40], also: ballast });
    const violations: string[] = [];
    for (let turn = 0; turn < fills[tier]; turn += 1) {
      load.release(80);
      await pause(world.random.between(100, 400));
      violations.push(...(await fillAndFree(world, disk, turn % 2 === 1)));
    }
    violations.push(...(await within(patience, 'finishing', load.finish())));
    violations.push(...(await settle(world)));
    const [changes, met] = await honest(world, load.changes);
    violations.push(...(await judge(world, changes)), ...load.surprises);
    if (met === 0) violations.push('no change met the full disk');
    return {
      runs: `${fills[tier]} times full, ${load.changes.length} changes, ${load.deliveries} orders`,
      hit: `${met} changes met 53100; target and state database on the full disk, the log of the server is not`,
      violations,
    };
  } finally {
    disk.free();
    await world.close();
    await shared.server.sql('postgres', `drop tablespace ${tablespace}`);
    disk.close();
  }
}

export const diskFullRow: Row = {
  name: 'disk-full',
  title: 'the disk of target and state database full under load, then free again',
  run,
};
