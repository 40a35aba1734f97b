import * as v from 'valibot';
import { emptySettings, findConnection, Settings, setupProblem } from '#core/settings/settings';
import { aConnection, installation } from '../builders';

const key = { kty: 'OKP' as const, crv: 'Ed25519' as const, x: 'x'.repeat(43), kid: 'k'.repeat(43) };
const site = {
  projectId: '1',
  projectKey: 'QC',
  issueTypeId: '2',
  appAccountId: 'app-1',
  statusIds: { draft: '3' },
  fields: { author: 'a', approverGroup: 'b', connection: 'c', approvals: 'd', outcome: 'e' },
};
const executor = { id: 'executor-1', keys: [key], connections: [aConnection()], fetchedAt: 0, version: '1' };
const settings: Settings = {
  ...emptySettings(installation),
  site,
  executor,
  policies: { 'shop-prod': { approverGroup: { id: 'g', name: 'approvers' }, approvals: 2 } },
  operatorGroup: { id: 'o', name: 'operators' },
  operators: ['op-1'],
};

test('a site that is set up has no problem', () => {
  expect(v.parse(Settings, settings)).toEqual(settings);
  expect(setupProblem(settings)).toBeNull();
});

test('what is missing is said in words', () => {
  expect(setupProblem({ ...settings, site: null })).toMatch(/not set up/);
  expect(setupProblem({ ...settings, executor: null })).toMatch(/No executor/);
});

test('a connection needs both the executor and a policy', () => {
  expect(findConnection(settings, 'shop-prod')).toMatchObject({
    info: { key: 'shop-prod' },
    policy: { approvals: 2 },
  });
  expect(findConnection(settings, 'shop-qa')).toBeUndefined();
  expect(findConnection({ ...settings, policies: {} }, 'shop-prod')).toBeUndefined();
  expect(findConnection({ ...settings, executor: null }, 'shop-prod')).toBeUndefined();
});

test('an executor has one key, or two while it rotates', () => {
  expect(v.is(Settings, { ...settings, executor: { ...executor, keys: [] } })).toBe(false);
  expect(v.is(Settings, { ...settings, executor: { ...executor, keys: [key, key] } })).toBe(true);
  expect(v.is(Settings, { ...settings, executor: { ...executor, keys: [key, key, key] } })).toBe(false);
});
