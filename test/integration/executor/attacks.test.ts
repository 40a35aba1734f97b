import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
});
afterAll(() => rig.close());

const ledger = async (): Promise<unknown[]> =>
  rig.sql('select * from querychange.ledger order by installation, issue_id');

/** SQL that hides its words from the parser, as an attacker would. */
const hidden = (sql: string): string => `do $x$ begin execute '${sql.replaceAll("'", "''")}'; end $x$`;
/** Back to the login, which may call the ledger functions. */
const asLogin = `perform set_config('ro' || 'le', 'none', true);`;
const block = (body: string): string => `do $x$ begin ${asLogin} ${body} end $x$`;
const begin = (jti: string): string =>
  `perform querychange.begin_execution('ari:other', 'victim', 1, 'apply', '${jti}', 1, 1, 'o', 'd', 'V-1', now() + interval '1 hour', interval '1 day');`;

const attacks: readonly [what: string, sql: string][] = [
  ['delete rows of the ledger', 'delete from querychange.ledger'],
  ['update rows of the ledger', "update querychange.ledger set status = 'running'"],
  ['insert a row', 'insert into querychange.ledger default values'],
  ['truncate the ledger', hidden('truncate querychange.ledger')],
  ['drop the schema', 'drop schema querychange cascade'],
  [
    'replace a function',
    "create or replace function querychange.schema_version() returns int language sql as 'select 2'",
  ],
  [
    'put a trigger on the ledger',
    'create trigger t before insert on querychange.ledger execute function suppress_redundant_updates_trigger()',
  ],
  ['call a ledger function as the approved role', "select querychange.get_execution('a', 'b', 1, 'apply')"],
  ['become the owner of the ledger', hidden('set role querychange_owner')],
  ['become the owner of the ledger as the login', block(`execute 'set role querychange_owner';`)],
  ['become superuser', hidden('set session authorization postgres')],
  ['delete rows as the login', block('delete from querychange.ledger;')],
  ['begin another execution inside this one', block(begin('x'))],
  ['commit from inside', hidden('commit')],
  ['switch off row protection', "set local session_replication_role = 'replica'"],
];

describe('approved SQL cannot touch the ledger', () => {
  it.each(attacks)('%s', async (_what, sql) => {
    await rig.run({ sql: 'select 1' });
    const before = await ledger();
    const claims = await rig.order({ sql: `update counters set n = -1; ${sql}` });
    const answer = await rig.send(claims);
    if (answer.status === 202) expect((await rig.receipt(claims.jti)).claims.status).toBe('failed');
    else expect(answer.reply).toMatchObject({ code: 'statement-not-allowed' });
    expect(await ledger()).toEqual(before);
    expect(await rig.sql('select from shop.counters where n = -1')).toHaveLength(0);
  });

  it('ends its own execution with a forged result: the whole change fails', async () => {
    const claims = await rig.order({ sql: 'select 1' });
    const { iss, issue, jti } = claims;
    const forged = block(
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
