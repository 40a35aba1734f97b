import { blockAsLogin, escapes, hidden } from '../../support/escapes';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const ledger = async (): Promise<unknown[]> =>
  rig.sql('select * from querychange.ledger order by installation, issue_id');

const names = { role: 'shop_app_rw', other: 'shop_owner', schema: 'shop', table: 'customers' };
/** What the login of an execution may do is tried in identity.test.ts. */
const attacks = escapes(names).filter(({ area }) => area !== 'login');

describe('approved SQL cannot touch the ledger, the server or its own frame', () => {
  it.each(attacks)('$what', async ({ sql, verification = null }) => {
    await rig.run({ sql: 'select 1' });
    const before = await ledger();
    const claims = await rig.order({ sql: `update counters set n = -1; ${sql}`, content: { verification } });
    const answer = await rig.send(claims);
    if (answer.status === 202) expect((await rig.receipt(claims.jti)).claims.status).toBe('failed');
    else {
      const { code } = answer.reply as { code: string };
      expect(['statement-not-allowed', 'secret-in-statement']).toContain(code);
    }
    expect(await ledger()).toEqual(before);
    expect(await rig.sql('select from shop.counters where n = -1')).toHaveLength(0);
  });

  it('ends its own execution with a forged result: the whole change fails', async () => {
    const claims = await rig.order({ sql: 'select 1' });
    const { iss, issue, jti } = claims;
    const forged = blockAsLogin(
      `perform querychange.end_execution('${iss}', '${issue.id}', 1, 'apply', '${jti}', '{}', now() + interval '1 hour');`,
    );
    const order = await rig.order({ issueId: issue.id, sql: `update counters set n = -2; ${forged}` });
    expect(order.jti).toBe(jti);
    await rig.send(order);
    expect((await rig.receipt(jti)).claims).toMatchObject({
      status: 'failed',
      reason: { code: 'ledger-violated' },
    });
    expect(await rig.sql('select from shop.counters where n = -2')).toHaveLength(0);
    expect(await rig.sql('select from querychange.ledger where jti = $1', [jti])).toHaveLength(0);
  });

  it('cannot switch its timeouts off: the watchdog cancels from outside', async () => {
    const { claims } = await rig.run({
      sql: `do $x$ begin perform set_config('statement_' || 'timeout', '0', true); end $x$; select pg_sleep(60)`,
      content: {
        limits: { statementTimeoutMs: 200, lockTimeoutMs: 100, maxResultRows: 1, maxResultBytes: 100 },
      },
    });
    expect(claims.statements[1]?.error?.sqlstate).toBe('57014');
    expect(claims.statements[1]?.ms).toBeLessThan(10_000);
  });

  it('leaves nothing in the session for the next change', async () => {
    await rig.run({
      sql: `create temp table left_over (a int); select pg_advisory_lock(7); set datestyle = 'German'`,
    });
    const orders = await Promise.all(
      [1, 2, 3, 4].map(() =>
        rig.order({ sql: "select to_regclass('pg_temp.left_over')::text, current_setting('datestyle')" }),
      ),
    );
    for (const order of orders) await rig.send(order);
    for (const order of orders) {
      expect((await rig.receipt(order.jti)).body?.statements[0]?.rows).toEqual([[null, 'ISO, MDY']]);
    }
  });

  it('cannot write on a read-only connection, however it hides', async () => {
    const { claims } = await rig.run({ sql: "select nextval('customers_id_seq')" }, 'read');
    expect(claims.status).toBe('failed');
    const order = await rig.order({ sql: hidden('delete from counters') }, 'read');
    expect((await rig.send(order)).reply).toMatchObject({ code: 'writes-refused' });
  });
});
