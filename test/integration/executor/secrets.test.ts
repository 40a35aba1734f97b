import { type Rig, startRig } from './support/rig';

const logged: string[] = [];
const note = (event: string, fields: object = {}): void => void logged.push(JSON.stringify([event, fields]));
let rig: Rig;
beforeAll(async () => {
  rig = await startRig({ log: { info: note, warn: note, error: note } });
});
afterAll(() => rig.close());

const secret = 'hunter2-quite-unique';

/** Everything that the state database holds, as text. */
async function stateText(): Promise<string> {
  const { state } = rig.config;
  const database = 'url' in state ? new URL(state.url).pathname.slice(1) : '';
  const rows = await rig.server.admin(
    database,
    `select to_jsonb(e)::text as row from executor.executions e union all select to_jsonb(a)::text from executor.audit a`,
  );
  return JSON.stringify(rows);
}

test.each([
  ['the statements', { sql: `create role app login password '${secret}'` }],
  ['the rollback', { sql: 'drop role app', rollback: `create role app login password '${secret}'` }],
  ['the verification', { content: { verification: `select dblink_connect('password=${secret}')` } }],
  ['an order that is wrong besides', { sql: `alter role a password '${secret}'`, approvers: [] }],
])('a secret in %s is refused by name and place, and kept nowhere', async (_what, wish) => {
  const claims = await rig.order(wish);
  const { status, reply } = await rig.send(claims);
  expect([status, 'code' in reply && reply.code]).toEqual([422, 'secret-in-statement']);
  expect('message' in reply && reply.message).toMatch(
    /^(statements|rollback|verification), character \d+: .+ a secret may not stand in a change; replace this one now$/,
  );
  // The same order again has the same final answer.
  expect((await rig.send(claims)).reply).toMatchObject({ state: 'final' });
  const state = await stateText();
  expect(state).toContain(claims.jti);
  expect(state + logged.join('')).not.toContain(secret);
  const compact = (await rig.app.order(claims)).split('.')[1] ?? 'none';
  expect(state).not.toContain(compact.slice(200, 400));
});

test('an order that is refused for something else is kept as evidence', async () => {
  const claims = await rig.order({ sql: 'vacuum counters' });
  await rig.send(claims);
  const compact = (await rig.app.order(claims)).split('.')[1] ?? 'none';
  expect(await stateText()).toContain(compact.slice(200, 400));
});
