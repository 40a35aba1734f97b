import { type Rig, startRig } from './support/rig';

const day = 24 * 60 * 60_000;
const iso = (ms: number): string => new Date(ms).toISOString();
/** Begins while the last test runs: early enough not to wait long, late enough for a change to have begun. */
const soonMs = 3_000;
let freezes: { from: string; to: string; reason: string }[];

let rig: Rig;
beforeAll(async () => {
  rig = await startRig({}, (input) => {
    const [main, read] = input.connections;
    if (!main || !read) throw new Error('there is no connection');
    const now = Date.now();
    const frozen = [{ from: iso(now - day), to: iso(now + day), reason: 'stocktaking' }];
    const yesterday = new Date(now - day).toLocaleDateString('en-US', { weekday: 'short', timeZone: 'UTC' });
    return {
      ...input,
      connections: [
        ...input.connections,
        { ...main, key: 'frozen', name: 'Frozen', freezes: frozen },
        { ...read, key: 'frozen-read', name: 'Frozen read', freezes: frozen },
        {
          ...main,
          key: 'shut-window',
          name: 'Shut window',
          windows: [
            {
              days: [yesterday.toLowerCase() as 'mon'],
              from: '10:00',
              to: '10:01',
              timezone: 'UTC',
            },
          ],
        },
        {
          ...main,
          key: 'open-window',
          name: 'Open window',
          windows: [
            {
              days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
              from: '00:00',
              to: '00:00',
              timezone: 'Asia/Kathmandu',
            },
          ],
        },
        { ...main, key: 'closing', name: 'Closing' },
        { ...read, key: 'closing-read', name: 'Closing read' },
      ],
    };
  });
  // The configuration is read once; a freeze near the test's own time has to be put in later.
  freezes = rig.config.connections
    .filter(({ key }) => key.startsWith('closing'))
    .map(({ freezes: list }) => list)
    .flatMap((list) => {
      const added = { from: iso(Date.now() + 10 * day), to: iso(Date.now() + 20 * day), reason: 'the end' };
      list.push(added);
      return [added];
    });
});
afterAll(() => rig.close());

const bump = 'update counters set n = n + 1 where id = 1';
const counter = async (): Promise<number> =>
  (await rig.sql<{ n: number }>('select n from shop.counters where id = 1'))[0]?.n ?? -1;

describe('windows and freezes', () => {
  it.each([
    ['frozen', /^frozen takes no change now, frozen until .* \(stocktaking\): it opens at /],
    [
      'shut-window',
      /^shut-window takes no change now, outside its windows \(.* 10:00–10:01 \(UTC\)\): it opens at /,
    ],
  ])('%s: refused before it begins, with the time at which it opens', async (key, words) => {
    const before = await counter();
    const { claims } = await rig.run({ sql: bump }, key);
    expect(claims).toMatchObject({
      status: 'refused',
      statements: [],
      transactionId: null,
      reason: { code: 'outside-window', message: expect.stringMatching(words) },
    });
    expect(await counter()).toBe(before);
    expect(await rig.sql('select from querychange.ledger where jti = $1', [claims.jti])).toHaveLength(0);
  });

  it('a read is held to them too', async () => {
    expect((await rig.run({}, 'frozen-read')).claims.reason?.code).toBe('outside-window');
  });

  it('an open window lets changes through, and the app is told when it is open', async () => {
    expect((await rig.run({ sql: bump }, 'open-window')).claims.status).toBe('succeeded');
    expect((await rig.connection('open-window')).schedule.windows).toHaveLength(1);
    expect((await rig.connection('frozen')).schedule.freezes[0]?.reason).toBe('stocktaking');
  });

  it.each(['closing', 'closing-read'])('%s: what has not committed by then is not applied', async (key) => {
    const before = await counter();
    for (const freeze of freezes) freeze.from = iso(Date.now() + soonMs);
    const sql = key === 'closing' ? `${bump}; select pg_sleep(4.9)` : 'select pg_sleep(4.9)';
    const { claims } = await rig.run({ sql }, key);
    for (const freeze of freezes) freeze.from = iso(Date.now() + 10 * day);
    expect(claims).toMatchObject({
      status: 'refused',
      reason: {
        code: 'outside-window',
        message: `the window of ${key} closed before the change could commit; nothing was applied`,
      },
    });
    expect(await counter()).toBe(before);
  });

  it("the database's clock closes the window at COMMIT, whatever ours says", async () => {
    const before = await counter();
    // Our clock is behind, so the watchdog does not act; the text ends by itself, too late.
    await rig.restart({ now: () => Date.now() - 20_000 });
    try {
      for (const freeze of freezes) freeze.from = iso(Date.now() + soonMs);
      const { claims } = await rig.run({ sql: `${bump}; select pg_sleep(3.5)` }, 'closing');
      expect(claims).toMatchObject({ status: 'refused', reason: { code: 'outside-window' } });
    } finally {
      await rig.restart();
    }
    expect(await counter()).toBe(before);
  });
});
