import { parse as parseYaml } from 'yaml';
import { defaultConfig, effectiveConfig, type ReviewConfig, sparseConfig } from '#core/sql/review/config';
import { changePath, changeWords, configChanges } from '#core/sql/review/config-changes';
import { maxConfigBytes, readReviewConfig, restoredConfig, storedConfig } from '#core/sql/review/read-config';
import { weakenings } from '#core/sql/review/weakenings';
import { allRules } from '#core/sql/rules/all';

const read = (raw: unknown) => readReviewConfig(raw, allRules);
const config = (raw: unknown): ReviewConfig => {
  const answer = read(raw);
  if (!answer.ok) throw new Error(answer.error.join('\n'));
  return answer.value;
};
const problems = (raw: unknown): string => {
  const answer = read(raw);
  if (answer.ok) throw new Error('it was taken');
  return answer.error.join('\n');
};
const own = {
  id: 'billing-is-not-ours',
  title: 'Billing is changed by its own team',
  level: 'error',
  message: 'Ask the billing team.',
  when: { relation: 'billing.*', access: 'write' },
};

describe('a configuration from outside', () => {
  test('is read with everything that it may say', () => {
    const said = config({
      rules: { 'insert-row-limit': { level: 'error', options: { most: 50 } } },
      custom: [own],
      environments: { prod: { rules: { 'ban-create-extension': { options: { allowed: ['pg_trgm'] } } } } },
      connections: { 'shop-prod': { rules: { 'ban-drop-table': { level: 'off' } } } },
    });
    const here = effectiveConfig(said, { environment: 'prod', connection: 'shop-prod' });
    expect(here.level({ id: 'insert-row-limit', level: 'info' })).toBe('error');
    expect(here.options('insert-row-limit')).toEqual({ most: 50 });
    expect(here.options('ban-create-extension')).toEqual({ allowed: ['pg_trgm'] });
    expect(here.level({ id: 'ban-drop-table', level: 'error' })).toBe('off');
    expect(here.custom.map(({ id }) => id)).toEqual(['billing-is-not-ours']);
  });

  test.each([
    [
      'a rule that there is not',
      { rules: { 'ban-drop-tabel': { level: 'off' } } },
      'rules.ban-drop-tabel: there is no rule of this name',
    ],
    [
      'an option that there is not',
      { rules: { 'insert-row-limit': { options: { least: 1 } } } },
      'it has most',
    ],
    [
      'an option of another type',
      { rules: { 'insert-row-limit': { options: { most: 'all' } } } },
      'expected a number, received a text',
    ],
    [
      'an option of a rule without any',
      { rules: { 'ban-drop-table': { options: { most: 1 } } } },
      'has no options',
    ],
    [
      'a level that there is not',
      { rules: { 'ban-drop-table': { level: 'fatal' } } },
      'rules.ban-drop-table.level',
    ],
    ['a word that there is not', { rule: {} }, 'rule'],
    ['an environment that there is not', { environments: { live: {} } }, 'environments'],
    ['a connection that cannot be', { connections: { 'Shop Prod': {} } }, 'connection key'],
    ['a name that is taken', { custom: [{ ...own, id: 'ban-drop-table' }] }, 'name of a built-in rule'],
    [
      'a name twice',
      { custom: [own], environments: { prod: { custom: [own] } } },
      'two rules called billing-is-not-ours',
    ],
    [
      'code in place of a pattern',
      { custom: [{ ...own, when: { code: 'process.exit()' } }] },
      'custom.0.when',
    ],
    ['a rule without a condition', { custom: [{ ...own, when: {} }] }, 'at least one condition'],
    ['a list', [], 'The whole'],
    ['a text', 'rules: {}', 'The whole'],
  ])('is refused with words for %s', (_what, raw, words) => {
    expect(problems(raw)).toContain(words);
  });

  test.each([
    ['{"rules":{"__proto__":{"level":"off"}}}'],
    ['{"__proto__":{"rules":{}}}'],
    ['{"rules":{"constructor":{"level":"off"}}}'],
    ['{"connections":{"prototype":{"rules":{}}}}'],
    ['{"rules":{"insert-row-limit":{"options":{"__proto__":5}}}}'],
  ])('that names what every object has is refused and changes no object: %s', (text) => {
    expect(problems(JSON.parse(text))).toContain('nothing can be called so');
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { level?: string }).level).toBeUndefined();
  });

  test('that is a function, or refers to itself, or is nested without end is refused', () => {
    expect(read({ rules: () => 'off' }).ok).toBe(false);
    expect(problems(parseYaml('rules: &a\n  ban-drop-table: *a'))).toContain('refers to itself');
    let deep: unknown = {};
    for (let depth = 0; depth < 200_000; depth += 1) deep = { deep };
    expect(problems(deep)).toContain('nested too deep');
  });

  test('with 10,000 rules of its own, or one byte too many, is refused before it is read', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({ ...own, id: `rule-${index}` }));
    expect(problems({ custom: many })).toContain(`at most ${maxConfigBytes}`);
    const small = many
      .slice(0, 101)
      .map(({ id }) => ({ id, title: 'x', level: 'info', message: 'x', when: { calls: 'f' } }));
    expect(problems({ custom: small })).toContain('at most 100 rules of your own');
    expect(read({ custom: small.slice(0, 100) }).ok).toBe(true);
  });
});

test('a connection that is called as what every object has finds nothing that nobody set', () => {
  const here = effectiveConfig(defaultConfig, { environment: 'constructor', connection: 'constructor' });
  expect(here.level({ id: 'constructor', level: 'error' })).toBe('error');
  expect(here.options('toString')).toEqual({});
  expect(here.custom).toEqual([]);
});

describe('the stored form', () => {
  test('leaves out what says nothing, and comes back the same', async () => {
    const said = config({
      rules: { 'ban-drop-table': { level: 'off' }, 'ban-drop-column': {} },
      environments: { prod: {}, qa: { custom: [own] } },
    });
    expect(sparseConfig(said)).toEqual({
      rules: { 'ban-drop-table': { level: 'off' } },
      environments: { qa: { custom: [own] } },
    });
    const stored = await storedConfig(said);
    if (!stored) throw new Error('nothing is stored');
    expect(sparseConfig(await restoredConfig(stored))).toEqual(sparseConfig(said));
  });

  test('of nothing is nothing', async () => {
    expect(
      await storedConfig(config({ environments: { prod: { rules: { 'ban-drop-table': {} } } } })),
    ).toBeNull();
  });

  test('that somebody altered is not read', async () => {
    const stored = await storedConfig(config({ custom: [own] }));
    if (!stored) throw new Error('nothing is stored');
    await expect(restoredConfig({ ...stored, text: stored.text.replace('error', 'info') })).rejects.toThrow(
      'not the ones that were saved',
    );
  });
});

test('changes are told by place, with what was and what is', () => {
  const before = config({ rules: { 'ban-drop-table': { level: 'warning' } }, custom: [own] });
  const after = config({
    rules: { 'insert-row-limit': { options: { most: 5 } } },
    environments: { prod: { rules: { 'ban-drop-table': { level: 'off' } } } },
    connections: { 'shop-prod': { custom: [{ ...own, title: 'Other' }] } },
  });
  const changes = configChanges(before, after);
  expect(
    changes.map((one) => `${changePath(one)}: ${one.before?.slice(0, 9)} → ${one.after?.slice(0, 9)}`),
  ).toEqual([
    'review.rules.ban-drop-table.level: "warning" → undefined',
    'review.custom.billing-is-not-ours: {"level": → undefined',
    'review.rules.insert-row-limit.options.most: undefined → 5',
    'review.environments.prod.rules.ban-drop-table.level: undefined → "off"',
    'review.connections.shop-prod.custom.billing-is-not-ours: undefined → {"level":',
  ]);
  expect(changes.map(changeWords)).toEqual([
    'ban-drop-table back to default',
    'own rule billing-is-not-ours removed',
    'most of insert-row-limit set to 5',
    'ban-drop-table off in prod',
    'own rule billing-is-not-ours written on shop-prod',
  ]);
  expect(configChanges(after, after)).toEqual([]);
});

describe('what is taken away in production', () => {
  const connections = [
    { key: 'shop-prod', environment: 'prod' },
    { key: 'shop-qa', environment: 'qa' },
  ];
  const taken = (before: unknown, after: unknown): string[] =>
    weakenings(config(before), config(after), allRules, connections).map(({ key }) => key);

  test.each([
    [
      'an error turned off for all',
      { rules: { 'ban-delete-without-where': { level: 'off' } } },
      ['ban-delete-without-where=off prod'],
    ],
    [
      'an error that becomes a warning in prod',
      { environments: { prod: { rules: { 'ban-delete-without-where': { level: 'warning' } } } } },
      ['ban-delete-without-where=warning prod'],
    ],
    [
      'an error turned off on one connection',
      { connections: { 'shop-prod': { rules: { 'ban-delete-without-where': { level: 'off' } } } } },
      ['ban-delete-without-where=off shop-prod'],
    ],
    [
      'an option of an error',
      { rules: { 'ban-dangerous-functions': { options: { allowed: ['pg_sleep'] } } } },
      ['ban-dangerous-functions={"allowed":["pg_sleep"]} prod'],
    ],
    [
      'an error turned off in qa',
      { environments: { qa: { rules: { 'ban-delete-without-where': { level: 'off' } } } } },
      [],
    ],
    [
      'an error turned off on a connection of qa',
      { connections: { 'shop-qa': { rules: { 'ban-delete-without-where': { level: 'off' } } } } },
      [],
    ],
    ['a warning turned off', { rules: { 'ban-drop-column': { level: 'off' } } }, []],
    [
      'an error turned off for all and on again in prod',
      {
        rules: { 'ban-delete-without-where': { level: 'off' } },
        environments: { prod: { rules: { 'ban-delete-without-where': { level: 'error' } } } },
      },
      [],
    ],
  ])('%s', (_what, after, keys) => {
    expect(taken({}, after)).toEqual(keys);
  });

  test('counts a rule of the site that is gone, weaker or speaks of less', () => {
    expect(taken({ custom: [own] }, {})).toEqual(['billing-is-not-ours=gone prod']);
    expect(taken({ custom: [own] }, { custom: [{ ...own, level: 'info' }] })).toHaveLength(1);
    expect(taken({ custom: [own] }, { custom: [{ ...own, when: { relation: 'nothing' } }] })).toHaveLength(1);
    expect(taken({ custom: [own] }, { custom: [own] })).toEqual([]);
  });

  test('says what it means', () => {
    const [found] = weakenings(
      defaultConfig,
      config({ environments: { prod: { rules: { 'ban-delete-without-where': { level: 'off' } } } } }),
      allRules,
      connections,
    );
    expect(found?.words).toContain('nobody who writes or approves a change would be told of it any more');
  });
});
