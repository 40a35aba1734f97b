import { sha256Hex } from '#core/hash';
import { generateSigningKey, publicHalf, signCompact } from '#core/protocol/jws';
import { type ReceiptClaims, receiptTyp } from '#core/protocol/receipt';
import type { PrivateJwk } from '#core/protocol/jwk';
import { subjectOf } from '#core/evidence/subject';
import type { ConfigInput } from '../../../executor/config';
import { installLedger } from '../../../executor/postgres/install';
import { loadSigningKey } from '../../../executor/signing-key';
import { executorId, installation, type OrderWish } from './support/app';
import type { SeenReceipt } from './support/receiver';
import { type Rig, startRig } from './support/rig';

const lowerDatabase = `lower_${process.pid}_${Date.now()}`;
const elsewhere = { systemIdentifier: '42', databaseOid: 7, databaseName: 'shop' };
let other: PrivateJwk;
let own: PrivateJwk;
let rig: Rig;

/** Beside `main`: one in the same environment on a database of its own, and two in prod that ask for evidence. */
function withEvidence(input: ConfigInput): ConfigInput {
  const [main] = input.connections;
  const guarded = input.connections.find(({ key }) => key === 'guarded');
  if (!main || !guarded) throw new Error('there are no connections');
  const on = (url: string): string => {
    const changed = new URL(url);
    changed.pathname = `/${lowerDatabase}`;
    return changed.href;
  };
  const remote = {
    executor: 'other-executor',
    keys: [publicHalf(other)],
    environment: 'qa' as const,
    connection: 'shop-qa',
    target: elsewhere,
  };
  return {
    ...input,
    connections: [
      ...input.connections,
      { ...main, key: 'lower', name: 'Lower', url: on(main.url), adminUrl: on(main.adminUrl ?? main.url) },
      {
        ...main,
        key: 'off-list',
        name: 'Off the list',
        url: on(main.url),
        adminUrl: on(main.adminUrl ?? main.url),
      },
      {
        ...guarded,
        key: 'proven',
        name: 'Proven',
        evidence: { maxAgeDays: 7, from: [{ environment: 'dev', connection: 'lower' }, remote] },
      },
      {
        ...guarded,
        key: 'fooled',
        name: 'Fooled',
        // The configuration is right by its words: `main` says dev. It is the very database of `fooled`.
        evidence: { from: [{ environment: 'dev', connection: 'main' }] },
      },
    ],
  };
}

beforeAll(async () => {
  other = await generateSigningKey();
  rig = await startRig({}, withEvidence);
  const { server } = rig;
  await server.clone('shop_template', lowerDatabase);
  await server.admin(
    lowerDatabase,
    `create table shop.counters (id int primary key, n int not null); insert into shop.counters values (1, 0);
     alter table shop.counters owner to shop_owner; grant all on shop.counters to shop_app_rw, shop_app_ro;
     grant create on schema shop to shop_app_rw`,
  );
  for (const connection of rig.config.connections.filter(({ key }) => key === 'lower')) {
    await installLedger({ ...connection, adminUrl: server.postgres.superuserUrl(lowerDatabase) });
  }
  own = await loadSigningKey(rig.config.stateDir);
  await rig.restart();
});
afterAll(async () => {
  await rig.sql(`drop database ${lowerDatabase} with (force)`);
  await rig.close();
});

const sql = 'update counters set n = n + 1 where id = 1';
const rollback = 'update counters set n = n - 1 where id = 1';

/** What the executor would record of `text` on a connection. */
async function structureOf(connection: string, text: string) {
  const reply = await rig.app.look(rig.executor.url, connection, text);
  return { schemaDigest: reply.schemaDigest, schemaShape: reply.schemaShape ?? undefined };
}

async function wish(connection: string, text = sql, more: OrderWish = {}): Promise<OrderWish> {
  const { schemaDigest, schemaShape } = await structureOf(connection, text);
  return {
    sql: text,
    rollback,
    ...more,
    content: { schemaDigest, ...(schemaShape ? { schemaShape } : {}), ...more.content },
  };
}

const ranBelow = async (text = sql, connection = 'lower'): Promise<SeenReceipt> =>
  rig.run(await wish(connection, text), connection);

/** Sends a change of `sql` to prod with receipts, and answers the code or what it came to. */
async function sent(evidence: readonly string[], more: OrderWish = {}, key = 'proven'): Promise<string> {
  const claims = await rig.order(
    await wish(key, more.sql ?? sql, { ...more, claims: { evidence: [...evidence] } }),
    key,
  );
  const { reply } = await rig.send(claims);
  if ('code' in reply) return `${reply.code}: ${reply.message}`;
  const { claims: receipt } = await rig.receipt(claims.jti);
  return receipt.status;
}

/** A receipt as another executor would sign it for this very change. */
async function foreign(changes: Partial<ReceiptClaims> = {}, key = other): Promise<string> {
  const { claims } = await ranBelow();
  const made: ReceiptClaims = {
    ...claims,
    iss: 'other-executor',
    connection: 'shop-qa',
    environment: 'qa',
    target: elsewhere,
    ...changes,
  };
  return signCompact(made, receiptTyp, key);
}

describe('a change on a connection that asks for evidence', () => {
  it('runs with the receipt of the same change in a lower environment of ours', async () => {
    const below = await ranBelow();
    expect(below.claims.subject).toEqual({
      ...(await subjectOf({
        sql,
        rollback,
        verification: null,
        ...(await structureOf('lower', sql)),
      })),
    });
    expect(await sent([below.compact])).toBe('succeeded');
  });

  it('runs with one of another executor whose key and database are on the list', async () => {
    expect(await sent([await foreign()])).toBe('succeeded');
    const target = { ...elsewhere, databaseName: 'renamed' };
    expect(await sent([await foreign({ target })])).toBe('succeeded');
  });

  it('runs when the SQL below was the same up to layout', async () => {
    const below = await ranBelow(`/* the counter */ UPDATE counters\n  SET n = n + 1 WHERE id = 1`);
    expect(await sent([below.compact])).toBe('succeeded');
  });

  it('runs with one good receipt among others', async () => {
    const good = await ranBelow();
    expect(await sent([await foreign({ kind: 'dry-run' }), good.compact])).toBe('succeeded');
  });

  it('runs although the owners are others than below, as roles are', async () => {
    const before = await structureOf('lower', sql);
    const login = new URL(rig.config.connections[0]?.url ?? '').username;
    await rig.server.admin(lowerDatabase, `alter table shop.counters owner to ${login}`);
    const after = await structureOf('lower', sql);
    expect(after.schemaDigest).not.toBe(before.schemaDigest);
    expect(after.schemaShape).toBe(before.schemaShape);
    expect(await sent([(await ranBelow()).compact])).toBe('succeeded');
    await rig.server.admin(lowerDatabase, 'alter table shop.counters owner to shop_owner');
  });

  it('is rolled back without asking again', async () => {
    const below = await ranBelow();
    const claims = await rig.order(
      await wish('proven', sql, { claims: { evidence: [below.compact] } }),
      'proven',
    );
    await rig.send(claims);
    const applied = await rig.receipt(claims.jti);
    const undo = await rig.run(
      {
        sql,
        content: claims.content,
        issueId: claims.issue.id,
        kind: 'rollback',
        rollback,
        applyReceiptSha256: await sha256Hex(applied.compact),
      },
      'proven',
    );
    expect(undo.claims.status).toBe('succeeded');
  });
});

describe('it is refused', () => {
  it('without a receipt', async () => {
    expect(await sent([])).toBe(
      'evidence-missing: proven takes only changes that succeeded in dev or qa before, and the order shows no receipt of it',
    );
  });

  it('with what is no receipt, or a forged one', async () => {
    const [header = '', payload = ''] = (await foreign()).split('.');
    expect(await sent(['x'])).toMatch(/^evidence-invalid: /);
    expect(await sent([`${header}.${payload}.${'A'.repeat(86)}`])).toMatch(/^evidence-invalid: /);
    const stolenName = { ...(await generateSigningKey()), kid: other.kid };
    expect(await sent([await foreign({}, stolenName)])).toMatch(/^evidence-invalid: /);
  });

  it('with a receipt under a key that nobody listed, also when it names our own executor', async () => {
    const stranger = await generateSigningKey();
    expect(await sent([await foreign({ iss: executorId }, stranger)])).toMatch(/^evidence-not-trusted: /);
  });

  it.each<[string, Partial<ReceiptClaims>]>([
    ['another executor under its key', { iss: 'third-executor' }],
    ['an environment that its connection is not in', { environment: 'staging' }],
    ['another connection', { connection: 'shop-dev' }],
    ['a database renamed to look like the listed one', { target: { ...elsewhere, systemIdentifier: '43' } }],
    ['no database', { target: null }],
  ])('with a receipt of %s', async (_what, changes) => {
    expect(await sent([await foreign(changes)])).toMatch(/^evidence-not-trusted: /);
  });

  it('with a receipt of a connection of ours that is not on the list', async () => {
    const { claims } = await ranBelow();
    const token = await signCompact({ ...claims, connection: 'off-list' }, receiptTyp, own);
    expect(await sent([token])).toMatch(/^evidence-not-trusted: /);
  });

  it('when the lower connection leads to the very database', async () => {
    const below = await ranBelow(sql, 'main');
    expect(await sent([below.compact], {}, 'fooled')).toBe(
      'evidence-not-trusted: the evidence does not count: it ran on this very database',
    );
  });

  it('with a dry run of it', async () => {
    const dry = await rig.run(await wish('lower', sql, { kind: 'dry-run' }), 'lower');
    expect(dry.claims.status).toBe('succeeded');
    expect(await sent([dry.compact])).toBe(
      'evidence-invalid: the evidence does not count: it was a dry run, which keeps nothing',
    );
  });

  it('with another constant, which has the same shape', async () => {
    const below = await ranBelow('update counters set n = n + 2 where id = 1');
    expect(await sent([below.compact])).toMatch(/^evidence-invalid: .*it ran other SQL$/);
  });

  it('when no row was touched below', async () => {
    const text = 'update counters set n = n + 1 where id = 99';
    const below = await ranBelow(text);
    expect(await sent([below.compact], { sql: text })).toMatch(/^evidence-without-effect: /);
  });

  it('when it is too old', async () => {
    const finishedAt = new Date(Date.now() - 8 * 24 * 3_600_000).toISOString();
    expect(await sent([await foreign({ finishedAt })])).toMatch(
      /^evidence-too-old: .*8 days old; the limit is 7$/,
    );
  });

  it('when the structure is another', async () => {
    const below = await ranBelow();
    await rig.sql('alter table shop.counters add column extra int');
    expect(await sent([below.compact])).toMatch(/^evidence-differs: .*the structure differs$/);
    await rig.sql('alter table shop.counters drop column extra');
  });

  it('when the app says that the structure is the one below, and it is not', async () => {
    const below = await ranBelow();
    await rig.sql('alter table shop.counters add column extra int');
    const { schemaShape } = await structureOf('lower', sql);
    const claims = await rig.order(
      await wish('proven', sql, {
        content: schemaShape ? { schemaShape } : {},
        claims: { evidence: [below.compact] },
      }),
      'proven',
    );
    expect((await rig.send(claims)).status).toBe(202);
    expect((await rig.receipt(claims.jti)).claims).toMatchObject({
      status: 'refused',
      reason: { code: 'schema-changed' },
    });
    await rig.sql('alter table shop.counters drop column extra');
  });

  it('with another rollback', async () => {
    const below = await ranBelow();
    expect(await sent([below.compact], { rollback: 'select 1' })).toMatch(/^evidence-differs: /);
  });

  it('when it was rolled back below', async () => {
    const claims = await rig.order(await wish('lower'), 'lower');
    await rig.send(claims);
    const applied = await rig.receipt(claims.jti);
    await rig.run(
      {
        sql,
        content: claims.content,
        issueId: claims.issue.id,
        kind: 'rollback',
        rollback,
        applyReceiptSha256: await sha256Hex(applied.compact),
      },
      'lower',
    );
    expect(await sent([applied.compact])).toBe(
      'evidence-undone: the evidence does not count: it was rolled back',
    );
  });

  it('with a receipt under our own key that we never wrote', async () => {
    const { claims } = await ranBelow();
    const token = await signCompact({ ...claims, iat: claims.iat - 1 }, receiptTyp, own);
    expect(await sent([token])).toMatch(/^evidence-undone: .*its receipt does not stand any more$/);
  });

  it('with a receipt of another installation', async () => {
    expect(await sent([await foreign({ aud: `${installation}0` })])).toMatch(/^evidence-invalid: /);
  });
});

it('the app is told what is asked for', async () => {
  expect((await rig.connection('proven')).evidence).toEqual({
    required: true,
    environments: ['dev', 'qa'],
    maxAgeDays: 7,
  });
  expect((await rig.connection('main')).evidence).toBeUndefined();
});
