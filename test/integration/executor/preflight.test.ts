import * as v from 'valibot';
import { preflightPath, PreflightReply, type PreflightRequest } from '#core/protocol/preflight';
import { ErrorReply } from '#core/protocol/transport';
import { type Rig, startRig } from './support/rig';

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({}, (input) => ({
    ...input,
    connections: [
      ...input.connections,
      ...input.connections
        .filter(({ key }) => key === 'guarded')
        .map((guarded) => ({ ...guarded, key: 'lenient', requireSchemaDigest: false })),
    ],
  }));
});
afterAll(() => rig.close());

const post = (wish: Partial<PreflightRequest> = {}): Promise<Response> => {
  const request = {
    connection: 'main',
    sql: 'select * from counters',
    automaticRollback: false,
    exportFormat: null,
    ...wish,
  };
  return rig.app.send(rig.executor.url, 'POST', preflightPath, JSON.stringify(request));
};
const look = async (wish: Partial<PreflightRequest> = {}): Promise<PreflightReply> => {
  const response = await post(wish);
  expect(response.status).toBe(200);
  return v.parse(PreflightReply, await response.json());
};
const refused = async (wish: Partial<PreflightRequest>): Promise<[number, string]> => {
  const response = await post(wish);
  return [response.status, v.parse(ErrorReply, await response.json()).code];
};

describe('a look before submission', () => {
  it('tells the digest of what the text touches, the same each time', async () => {
    const first = await look();
    expect(first).toEqual({
      schemaDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      schemaShape: expect.stringMatching(/^[0-9a-f]{64}$/),
      schemaNote: null,
      schemaRefusal: null,
      rollbackPlan: null,
      rollbackRefusal: null,
      exportRefusal: null,
    });
    expect(await look({ sql: 'delete from shop.counters where n = 3' })).toEqual(first);
    expect((await look({ sql: 'select * from orders' })).schemaDigest).not.toBe(first.schemaDigest);
  });

  it('runs nothing of the text, whatever the text is', async () => {
    const sql = `insert into counters values (77, 7); create table made_by_look (id int);
      select nextval('orders_id_seq'), pg_advisory_lock(4711)`;
    await look({ sql });
    await look({ sql: "select set_config('my.setting', 'x', false); select 1/0" });
    expect(await rig.sql('select from shop.counters where id = 77')).toHaveLength(0);
    expect(await rig.sql(`select from pg_class where relname = 'made_by_look'`)).toHaveLength(0);
    expect(await rig.sql(`select from pg_locks where locktype = 'advisory' and objid = 4711`)).toHaveLength(
      0,
    );
    const sessions = await rig.sql<{ state: string }>(
      `select state from pg_stat_activity where application_name like 'query-change-preflight%'`,
    );
    expect(sessions.filter(({ state }) => state !== 'idle')).toEqual([]);
  });

  it('says in words what it cannot tell, and where that will be refused', async () => {
    const sql = `do $$ begin execute 'drop table counters'; end $$`;
    expect(await look({ sql })).toMatchObject({
      schemaDigest: null,
      schemaShape: null,
      schemaNote: 'what statement 1 touches cannot be told: DO',
      schemaRefusal: null,
    });
    expect((await look({ sql, connection: 'guarded' })).schemaRefusal).toBe(
      'Guarded takes only changes whose structure can be recorded: what statement 1 touches cannot be told: DO.',
    );
    expect((await look({ sql, connection: 'lenient' })).schemaRefusal).toBeNull();
    expect(await look({ sql: 'selct 1' })).toMatchObject({
      schemaDigest: null,
      schemaShape: null,
      schemaNote: 'the text does not parse',
    });
  });

  it('refuses what no order may hold, before anybody is asked to approve it', async () => {
    expect(await refused({ sql: 'select 1; commit' })).toEqual([422, 'statement-not-allowed']);
    expect(await refused({ sql: `create role r password 'p4ss'` })).toEqual([422, 'secret-in-statement']);
    expect(await refused({ connection: 'nowhere' })).toEqual([422, 'unknown-connection']);
    expect(await refused({ connection: 'shut' })).toEqual([422, 'connection-not-ready']);
    expect(await refused({ sql: '' })).toEqual([400, 'malformed']);
  });

  it('answers only a trusted app', async () => {
    const response = await fetch(rig.executor.url + preflightPath, { method: 'POST', body: '{}' });
    expect(await response.json()).toMatchObject({ code: 'malformed' });
    expect(response.status).toBe(400);
  });
});
