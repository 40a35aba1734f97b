import * as v from 'valibot';
import { changeStatuses, doneStatuses, jiraStatusNames, type ChangeStatus } from '#core/change/status';
import { resolutionNames, statusCategories, transitions } from '#core/workflow/definition';
import { appTransition, transitionKeys, type TransitionKey } from '#core/workflow/steps';
import { actorCondition, ruleConfig } from '#core/workflow/actor-condition';
import { RuleConfig } from '#core/workflow/rule-config';

const all = transitionKeys.map((key) => ({ key, ...transitions[key] }));
const site = {
  app: 'app-1',
  authorField: 'customfield_1',
  groupField: 'customfield_2',
  operatorGroup: 'operators',
};

test('ids and names are unique; ids leave room', () => {
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  for (const { id } of all) expect(id).toMatch(/^\d+1$/);
  expect(new Set(Object.values(jiraStatusNames)).size).toBe(changeStatuses.length);
});

test('every status can be reached from Draft, and none is a dead end', () => {
  const reached = new Set<ChangeStatus>(['draft']);
  for (let before = 0; before < reached.size;) {
    before = reached.size;
    for (const { from, to } of all) if (from.some((status) => reached.has(status))) reached.add(to);
  }
  expect([...reached].toSorted()).toEqual([...changeStatuses].toSorted());
  const ends = changeStatuses.filter((status) => !all.some(({ from }) => from.includes(status)));
  expect(ends).toEqual([]);
});

test('from Done only what the design says', () => {
  const leaving = all.filter(({ from }) => from.some((status) => doneStatuses.has(status)));
  expect(
    leaving.map(
      ({ key, from, to }) =>
        `${key}: ${from.filter((status) => doneStatuses.has(status)).join(', ')} → ${to}`,
    ),
  ).toEqual([
    'attention: succeeded, rolled-back, rejected, cancelled → needs-attention',
    'roll-back: succeeded → running',
    'rolled-back: succeeded → rolled-back',
    'rework: rejected → draft',
  ]);
});

test('the app’s own transitions are exactly these, and no rule of people is on them', () => {
  const own = all.filter(({ actor }) => actor === 'app');
  expect(own.map(({ key }) => key)).toEqual([
    'quorum-reached',
    'reopen-review',
    'not-started',
    'succeed',
    'fail',
    'attention',
    'rolled-back',
  ]);
  for (const { validated, reported, asksReason } of own)
    expect([validated, reported, asksReason]).toEqual([false, false, false]);
});

test('what starts a review, a vote or an execution is validated by the ledger', () => {
  expect(all.filter(({ validated }) => validated).map(({ key }) => key)).toEqual([
    'submit',
    'approve',
    'run',
    'roll-back',
  ]);
  for (const { key, actor, reported } of all)
    if (actor !== 'app') expect(`${key} ${reported}`).toBe(`${key} true`);
  expect(all.filter(({ asksReason }) => asksReason).map(({ key }) => key)).toEqual([
    'request-changes',
    'reject',
    'resolve-succeeded',
    'resolve-failed',
    'resolve-rolled-back',
  ]);
});

test('only the app leads to Approved, Succeeded, Failed and Rolled back, apart from a resolution', () => {
  for (const { key, to, actor } of all) {
    if (!['approved', 'succeeded', 'failed', 'rolled-back'].includes(to)) continue;
    expect(actor).toBe(key.startsWith('resolve-') ? 'operator-not-author' : 'app');
  }
});

test('Done is Done in Jira, with a resolution; nothing else has one', () => {
  for (const status of changeStatuses) {
    expect(statusCategories[status] === 'DONE').toBe(doneStatuses.has(status));
    expect(resolutionNames[status] !== undefined).toBe(doneStatuses.has(status));
  }
  expect(statusCategories.failed).toBe('IN_PROGRESS');
  expect(statusCategories['needs-attention']).toBe('IN_PROGRESS');
});

test.each<[ChangeStatus, ChangeStatus, TransitionKey | undefined]>([
  ['in-review', 'approved', 'quorum-reached'],
  ['running', 'succeeded', 'succeed'],
  ['approved', 'succeeded', 'succeed'],
  ['needs-attention', 'failed', 'resolve-failed'],
  ['in-review', 'in-review', undefined],
  ['cancelled', 'draft', undefined],
])('from %s to %s: %s', (from, to, key) => {
  expect(appTransition(from, to)).toBe(key);
});

describe('rules', () => {
  test.each(transitionKeys)('%s has a valid configuration', (key) => {
    expect(v.parse(RuleConfig, ruleConfig(key, site))).toEqual({
      transition: key,
      who: transitions[key].actor,
      ...site,
    });
  });

  test('the expression uses only configuration that exists', () => {
    const used = [...actorCondition.matchAll(/config\.([a-zA-Z]+)/g)].map((match) => match[1]);
    const known = Object.keys(RuleConfig.entries);
    expect(used.length).toBeGreaterThan(5);
    for (const name of used) expect(known).toContain(name);
  });

  test('it judges every kind of actor, and nobody else', () => {
    const judged = [...actorCondition.matchAll(/config\.who == '([a-z-]+)'/g)].map((match) => match[1]);
    const kinds = new Set<string>(all.map(({ actor }) => actor));
    for (const kind of kinds) if (kind !== 'app') expect(judged).toContain(kind);
    expect(new Set(judged).size).toBe(judged.length);
    expect(actorCondition).toMatch(/ false\)\)$/);
  });

  test('an absent user is refused first, and parentheses balance', () => {
    expect(actorCondition.startsWith('user != null && (')).toBe(true);
    expect(actorCondition.split('(').length).toBe(actorCondition.split(')').length);
    // Jira refuses expressions beyond 1,000 characters in some places and 10,000 in others; rules take the larger.
    expect(actorCondition.length).toBeLessThan(10_000);
  });
});
