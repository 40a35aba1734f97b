import { createHash } from 'node:crypto';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig();
  await rig.sql(`create table shop.bins (id int primary key, n int not null default 0); insert into shop.bins values (1, 0);
    alter table shop.bins owner to shop_owner; grant all on shop.bins to shop_app_rw, shop_app_ro`);
});
afterAll(() => rig.close());

const sql = 'update bins set n = n + 1 where id = 1';
const bins = async (): Promise<number> =>
  (await rig.sql<{ n: number }>('select n from shop.bins where id = 1'))[0]?.n ?? -1;
const digestNow = (text = sql): Promise<string | null> =>
  rig.app.schemaDigest(rig.executor.url, 'main', text);

describe('the structure that was recorded at submission', () => {
  it('holds: the change runs', async () => {
    const before = await bins();
    const { claims } = await rig.run({ sql, content: { schemaDigest: await digestNow() } });
    expect(claims.status).toBe('succeeded');
    expect(await bins()).toBe(before + 1);
  });

  it('is another when the change begins: refused for good, nothing applied, and the difference has a name', async () => {
    const before = await bins();
    const claims = await rig.order({ sql, content: { schemaDigest: await digestNow() } });
    await rig.sql(`create function shop.sneaky() returns trigger language plpgsql as $$ begin new.n := 100; return new; end $$;
      create trigger sneaky before update on shop.bins for each row execute function shop.sneaky()`);
    expect((await rig.send(claims)).status).toBe(202);
    const { claims: receipt } = await rig.receipt(claims.jti);
    expect(receipt).toMatchObject({
      status: 'refused',
      statements: [],
      transactionId: null,
      reason: {
        code: 'schema-changed',
        message:
          'the structure that the change touches is not the one that was approved: function shop.sneaky() is new',
      },
    });
    expect(await bins()).toBe(before);
    expect(await rig.sql('select from querychange.ledger where jti = $1', [claims.jti])).toHaveLength(0);
    await rig.sql('drop trigger sneaky on shop.bins; drop function shop.sneaky()');
    // Back to what was approved, the next try of the same change runs.
    const again = await rig.run({
      sql,
      issueId: claims.issue.id,
      try: 2,
      content: { schemaDigest: claims.content.schemaDigest },
    });
    expect(again.claims.status).toBe('succeeded');
  });

  it('is another for a read as well', async () => {
    const text = 'select * from bins';
    const schemaDigest = await rig.app.schemaDigest(rig.executor.url, 'read', text);
    expect((await rig.run({ sql: text, content: { schemaDigest } }, 'read')).claims.status).toBe('succeeded');
    await rig.sql('alter table shop.bins add column secret text');
    expect((await rig.run({ sql: text, content: { schemaDigest } }, 'read')).claims).toMatchObject({
      status: 'refused',
      reason: { code: 'schema-changed', message: expect.stringMatching(/: relation shop.bins is another$/) },
    });
    await rig.sql('alter table shop.bins drop column secret');
  });

  it('is not compared before a rollback, which the change itself has gone before', async () => {
    const text = 'create table made (id int)';
    const content = { schemaDigest: await digestNow(text), rollback: 'drop table made' };
    const applied = await rig.run({ sql: text, content });
    expect(applied.claims.status).toBe('succeeded');
    const rolledBack = await rig.run({
      sql: text,
      content,
      issueId: applied.claims.issue.id,
      kind: 'rollback',
      rollback: content.rollback,
      applyReceiptSha256: createHash('sha256').update(applied.compact).digest('hex'),
    });
    expect(rolledBack.claims.status).toBe('succeeded');
  });

  it('is required where the connection says so, and only there', async () => {
    const missing = { sql, content: { schemaDigest: null } };
    expect((await rig.send(await rig.order(missing, 'guarded'))).reply).toMatchObject({
      code: 'schema-not-recorded',
      delivery: { receipt: expect.any(String) },
    });
    expect((await rig.run(missing)).claims.status).toBe('succeeded');
    expect((await rig.run({ sql }, 'guarded')).claims.status).toBe('succeeded');
  });
});
