import { describe, expect, it } from '@jest/globals';
import { settingsDifferences } from '#core/settings/differences';
import { emptySettings, type Settings } from '#core/settings/settings';
import {
  chainProblem,
  emptySettingsHead,
  nextSettingsEvent,
  type SettingsEvent,
} from '#core/settings/settings-event';
import { aConnection, installation } from '../builders';

const key = (letter: string) => ({
  kty: 'OKP' as const,
  crv: 'Ed25519' as const,
  x: letter.repeat(43),
  kid: letter.repeat(43),
});
const group = { id: 'g', name: 'approvers' };
const before: Settings = {
  ...emptySettings(installation),
  executor: { id: 'e', keys: [key('k')], connections: [aConnection()], fetchedAt: 1, version: '1' },
  policies: { 'shop-prod': { approverGroup: group, approvals: 2 } },
};
const withConnection = (wish: Partial<ReturnType<typeof aConnection>>): Settings => ({
  ...before,
  executor: before.executor && { ...before.executor, connections: [{ ...aConnection(), ...wish }] },
});

describe('differences', () => {
  it('names the path with the value before and after as JSON', () => {
    const policies = { 'shop-prod': { approverGroup: group, approvals: 3 } };
    expect(settingsDifferences(before, { ...before, policies })).toEqual([
      { path: 'policies.shop-prod.approvals', before: '2', after: '3' },
    ]);
  });

  it('shows what appears or goes as a whole', () => {
    expect(settingsDifferences(before, { ...before, policies: {} })).toEqual([
      {
        path: 'policies.shop-prod',
        before: '{"approverGroup":{"id":"g","name":"approvers"},"approvals":2}',
        after: null,
      },
    ]);
    const pause = { by: 'admin', at: '2026-01-01T00:00:00.000Z', reason: 'migration' };
    expect(settingsDifferences(before, { ...before, pause })).toEqual([
      { path: 'pause', before: null, after: JSON.stringify(pause) },
    ]);
    const gone = { ...before, executor: before.executor && { ...before.executor, connections: [] } };
    expect(settingsDifferences(before, gone)).toMatchObject([
      { path: `connections.${aConnection().key}`, after: null },
    ]);
  });

  it.each([
    ['environment', { environment: 'qa' }, 'environment'],
    ['floor', { minimumApprovals: 7 }, 'minimumApprovals'],
    ['writable', { writable: !aConnection().writable }, 'writable'],
    ['protected', { protected: !aConnection().protected }, 'protected'],
  ] as const)('a connection that changes its %s is one', (_name, wish, path) => {
    expect(settingsDifferences(before, withConnection(wish)).map((found) => found.path)).toEqual([
      `connections.${aConnection().key}.${path}`,
    ]);
  });

  it('another database behind a connection is one', () => {
    const target = { systemIdentifier: '9', databaseOid: 9, databaseName: 'other' };
    expect(settingsDifferences(before, withConnection({ target }))).not.toEqual([]);
  });

  it.each([
    ['health', withConnection({ problem: 'down' })],
    ['engine', withConnection({ engineVersion: '99.1' })],
    ['time of asking', { ...before, executor: before.executor && { ...before.executor, fetchedAt: 2 } }],
    ['drift', { ...before, drift: { checkedAt: '2026-01-01T00:00:00Z', steps: [] } }],
    ['members of a group', { ...before, operators: ['somebody'] }],
  ])('what is only reported (%s) is none', (_name, after) => {
    expect(settingsDifferences(before, after)).toEqual([]);
  });

  it('keys are told by their thumbprints', () => {
    const keys = [key('k'), key('m')];
    const after = { ...before, executor: before.executor && { ...before.executor, keys } };
    expect(settingsDifferences(before, after)).toEqual([
      {
        path: 'executor.keys',
        before: JSON.stringify([key('k').kid]),
        after: JSON.stringify([key('k').kid, key('m').kid]),
      },
    ]);
  });
});

describe('the chain', () => {
  const chain = async (length: number): Promise<SettingsEvent[]> => {
    const events: SettingsEvent[] = [];
    for (let index = 0; index < length; index += 1) {
      const differences = [{ path: 'pause', before: null, after: String(index) }];
      const entry = { actor: 'admin', what: 'Changed', at: '2026-01-01T00:00:00Z', differences };
      events.push(await nextSettingsEvent(events.at(-1) ?? emptySettingsHead, entry));
    }
    return events;
  };

  it('holds as a whole and over a page of it', async () => {
    const events = await chain(4);
    expect(await chainProblem(events, events[3] ?? emptySettingsHead)).toBeNull();
    expect(await chainProblem(events.slice(1, 3), { seq: 3, hash: events[3]?.prev ?? '' })).toBeNull();
    expect(await chainProblem([], emptySettingsHead)).toBeNull();
  });

  it.each([
    [
      'an altered entry',
      (events: SettingsEvent[]) => events.map((e) => (e.seq === 2 ? { ...e, actor: 'x' } : e)),
      /2 was altered/,
    ],
    ['a removed entry', (events: SettingsEvent[]) => events.filter((e) => e.seq !== 2), /2 is missing/],
    ['a removed last entry', (events: SettingsEvent[]) => events.slice(0, 3), /4 is missing/],
    ['nothing left', () => [], /4 is missing/],
  ])('%s is found', async (_name, break_, words) => {
    const events = await chain(4);
    expect(await chainProblem(break_(events), events[3] ?? emptySettingsHead)).toMatch(words);
  });

  it('a rewritten history is found by its head', async () => {
    const [events, other] = [await chain(2), await chain(3)];
    const forged = await nextSettingsEvent(other[0] ?? emptySettingsHead, {
      actor: 'admin',
      what: 'Something else',
      at: '2026-01-01T00:00:00Z',
      differences: [],
    });
    const rewritten = other.slice(0, 1).concat(forged);
    expect(await chainProblem(rewritten, events[1] ?? emptySettingsHead)).toMatch(/2 is not the one/);
  });
});
