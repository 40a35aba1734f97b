import { afterAll, beforeAll, describe, expect } from '@jest/globals';
import type { Client } from 'pg';
import type { Desk } from './desk';
import { look } from './look';
import { askElsewhere, sessionElsewhere } from './shop';
import { startStage, type Stage } from './stage';
import { journeySteps } from './step';
import { bringToApproved } from './writing';

/** A run that takes long: seen from the issue, and stopped from there. */
let stage: Stage;
let dana: Desk;
let bea: Desk;

beforeAll(async () => {
  stage = await startStage();
  [dana, bea] = await Promise.all([
    stage.open('developer', '/projects/DB'),
    stage.open('firstApprover', '/projects/DB'),
  ]);
});
afterAll(async () => {
  expect(await stage.close()).toEqual([]);
});

const keep = async (): Promise<void> => stage.keepPictures();

/** Statements that take a while before they touch anything else. */
const slowly = (id: number): string => `UPDATE customers SET tier = 'gold' WHERE id = ${id};
SELECT pg_sleep(25);
UPDATE customers SET tier = 'gold' WHERE id = ${id + 1};`;

const tiers = async (...ids: number[]): Promise<unknown[]> =>
  askElsewhere(stage, 'dev', 'select tier from shop.customers where id = any ($1) order by id', [ids]);

describe('a run that takes long', () => {
  const step = journeySteps(keep);
  let before: unknown[];

  step('shows how far it is, and who may stop it', async () => {
    before = await tiers(41, 42);
    await bringToApproved(dana, bea, {
      summary: 'Move two customers to gold, slowly',
      connection: 'shop-dev',
      sql: slowly(41),
      rollback: null,
      reason: 'Sales asked for it.',
    });
    await dana.act('run', {});
    await dana.status('Running');
    await dana.reads('Statement 2 of 3');
    await dana.reads('1 row before it');
    await dana.reads('You can close this page');
    expect(await look(dana, 'running')).toEqual([]);
    await bea.status('Running');
    expect(await bea.panel.getByTestId('action-stop').isDisabled()).toBe(true);
    expect(await bea.slot.innerText()).toContain('Only the author or an operator can stop it.');
  });

  step('is stopped with a reason: Approved again, and nothing was applied', async () => {
    await dana.panel.getByTestId('action-stop').click();
    const dialog = dana.panel.getByRole('dialog');
    await dialog.getByTestId('dialog-confirm').click();
    await dialog.getByText('A reason is required.').waitFor();
    expect(await look(dana)).toEqual([]);
    await dialog.getByRole('textbox').fill('The shop is slow since.');
    await dialog.getByTestId('dialog-confirm').click();
    await dana.status('Approved');
    await dana.reads('The last attempt was stopped; it changed nothing. It can be run again.');
    await bea.status('Approved');
    expect(await tiers(41, 42)).toEqual(before);
    await dana.panel.getByTestId('open-timeline').click();
    await dana.reads('asked to stop the run');
    expect(await look(dana, 'stopped')).toEqual([]);
  });
});

describe('a run that waits for a lock', () => {
  const step = journeySteps(keep);
  let holder: Client;
  let olu: Desk;

  step('says that another session holds it', async () => {
    holder = await sessionElsewhere(stage, 'dev');
    await holder.query(
      'create table shop.nicknames (name text); alter table shop.nicknames owner to shop_app_rw',
    );
    await bringToApproved(dana, bea, {
      summary: 'Since when a nickname holds',
      connection: 'shop-dev',
      sql: 'ALTER TABLE nicknames ADD COLUMN since date;',
      rollback: null,
      reason: 'Sales asked for it.',
    });
    await holder.query('begin');
    await holder.query('select from shop.nicknames');
    olu = await stage.open('operator', new URL(dana.page.url()).pathname);
    await dana.act('run', {});
    await dana.reads('for a lock that another session holds');
  });

  // The executor tries DDL again when its lock_timeout is over, so there is time.
  step('is stopped by an operator while it waits', async () => {
    await olu.act('stop', { text: 'The lock is mine; later.' });
    await dana.status('Approved');
    await holder.end();
    await olu.close();
  });
});
