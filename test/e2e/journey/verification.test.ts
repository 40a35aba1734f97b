import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Desk } from './desk';
import { lookFromTop } from './look';
import { askElsewhere } from './shop';
import { startStage, type Stage } from './stage';
import { journeySteps } from './step';
import { bringToApproved } from './writing';

/** What must be true after a change: asked before COMMIT, where it can still be rolled back, and again after it. */
let stage: Stage;
const step = journeySteps(async () => stage.keepPictures());
let dana: Desk;
let bea: Desk;

beforeAll(async () => {
  stage = await startStage();
  dana = await stage.open('developer', '/projects/DB');
  bea = await stage.open('firstApprover', '/projects/DB');
});
afterAll(async () => {
  expect(await stage.close()).toEqual([]);
});

const tierOf = async (id: number): Promise<unknown> =>
  (await askElsewhere(stage, 'dev', 'select tier from shop.customers where id = $1', [id]))[0]?.['tier'];

/** A customer whom gold would be new to. */
const another = async (): Promise<number> => {
  const sql = "select id::int from shop.customers where tier is distinct from 'gold' order by id limit 1";
  return Number((await askElsewhere(stage, 'dev', sql))[0]?.['id']);
};

const change = (id: number, verification: string) => ({
  summary: `Gold for customer ${id}`,
  connection: 'shop-dev',
  sql: `UPDATE customers SET tier = 'gold' WHERE id = ${id};`,
  rollback: `UPDATE customers SET tier = 'silver' WHERE id = ${id};`,
  verification,
  reason: 'Sales agreed to it.',
});

describe('Dana says how one sees that her change was right', () => {
  step('the approver reads it; it holds before COMMIT and again after it', async () => {
    const id = await another();
    const verification = `SELECT tier = 'gold' FROM customers WHERE id = ${id};`;
    await bringToApproved(dana, bea, change(id, verification));
    const asked = bea.panel.getByRole('region', { name: 'Verification' });
    await asked.getByText(verification).first().waitFor();
    await dana.act('run', {});
    await dana.status('Succeeded');
    await dana.reads('1 check held before COMMIT, and all again after it');
    expect(await tierOf(id)).toBe('gold');
    expect(await lookFromTop(dana, 'verified')).toEqual([]);
  });

  step('what does not hold before COMMIT rolls the change back', async () => {
    const id = await another();
    const before = await tierOf(id);
    await dana.go('/projects/DB');
    await bringToApproved(
      dana,
      bea,
      change(id, "SELECT true; SELECT count(*) = 0 FROM customers WHERE tier = 'gold';"),
    );
    await dana.act('run', {});
    await dana.status('Failed');
    await dana.reads('Verification 2 returned false.');
    expect(await tierOf(id)).toBe(before);
    expect(await lookFromTop(dana, 'verification-failed')).toEqual([]);
  });

  step('what does not hold after COMMIT needs attention, and the approved rollback is offered', async () => {
    await dana.go('/projects/DB');
    // Only the transaction that makes the change holds its locks.
    const inside =
      "SELECT count(*) > 0 FROM pg_locks WHERE pid = pg_backend_pid() AND mode = 'RowExclusiveLock';";
    const id = await another();
    await bringToApproved(dana, bea, change(id, inside));
    await dana.act('run', {});
    await dana.status('Needs attention');
    await dana.reads('Applied, but after COMMIT verification 1 returned false.');
    expect(await tierOf(id)).toBe('gold');
    expect(await lookFromTop(dana, 'verification-after')).toEqual([]);
    await dana.act('roll-back', {});
    await dana.status('Rolled back');
    expect(await tierOf(id)).toBe('silver');
  });
});
