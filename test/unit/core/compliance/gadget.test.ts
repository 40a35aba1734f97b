import { ageWords } from '#core/compliance/age';
import {
  completeGadgetConfig,
  defaultGadgetConfig,
  readGadgetConfig,
  scopeWords,
} from '#core/compliance/gadget-config';
import {
  bucketJql,
  buckets,
  issueAddress,
  maxGadgetCalls,
  searchAddress,
  waitingJql,
} from '#core/compliance/gadget-searches';
import { everything } from '#core/compliance/rules';

describe('configuration', () => {
  test.each([undefined, null, {}])('%j is the default', (saved) => {
    expect(readGadgetConfig(saved)).toEqual({ config: defaultGadgetConfig, problem: null });
  });

  test.each([
    7,
    'x',
    [],
    { days: 30 },
    { ...defaultGadgetConfig, days: 31 },
    { ...defaultGadgetConfig, environment: 'live' },
    { ...defaultGadgetConfig, projectKey: 'DB" OR project = "HR' },
    { ...defaultGadgetConfig, refresh: 0 },
    { ...defaultGadgetConfig, more: true },
  ])('%j is the default, with words', (saved) => {
    const { config, problem } = readGadgetConfig(saved);
    expect(config).toEqual(defaultGadgetConfig);
    expect(problem).toContain('cannot be read');
  });

  test('what is completed is read again as it was', () => {
    const draft = { title: ' Q3 ', projectKey: 'DB', environment: 'prod', days: 90, refresh: ' 5 ' };
    const completed = completeGadgetConfig(draft);
    const config = { title: 'Q3', projectKey: 'DB', environment: 'prod', days: 90, refresh: 5 };
    expect(completed).toEqual({ config });
    expect(readGadgetConfig(config)).toEqual({ config, problem: null });
  });

  test('no minutes are never', () => {
    const completed = completeGadgetConfig({ ...defaultGadgetConfig, refresh: ' ' });
    expect(completed).toEqual({ config: defaultGadgetConfig });
  });

  test.each(['0', '-1', '1.5', '1e3', 'ten', '1441'])('refuses %j minutes', (refresh) => {
    const completed = completeGadgetConfig({ ...defaultGadgetConfig, refresh });
    expect(completed).toEqual({ problems: { refresh: 'Enter whole minutes from 1 to 1440, or nothing.' } });
  });

  test('a scope in words', () => {
    expect(scopeWords(everything)).toBe('All projects, all environments, all time');
    expect(scopeWords({ projectKey: 'DB', environment: 'qa', days: 7 })).toBe('Project DB, qa, last 7 days');
  });
});

describe('searches', () => {
  test('every count of minutes is in exactly one bucket', () => {
    for (const minutes of [0, 59, 60, 239, 240, 1_440, 1_441, 99_999]) {
      expect(buckets.filter(({ from, to }) => minutes >= from && (to === null || minutes < to))).toHaveLength(
        1,
      );
    }
    expect(bucketJql('lead', { label: '', from: 60, to: 240 }, { ...everything, days: 7 })).toBe(
      'issuetype = "Query Change" AND queryChangeLeadMinutes >= 60 AND queryChangeLeadMinutes < 240 AND queryChangeExecutedAt >= "-7d"',
    );
  });

  test('what waits is not hidden by a period', () => {
    expect(waitingJql({ ...everything, days: 7 })).toBe(waitingJql(everything));
  });

  test('the number of calls is what the parts add up to', () => {
    expect(maxGadgetCalls).toBe(25);
  });

  test('addresses carry anything', () => {
    const jql = 'project = "A&B" AND x > "#"';
    expect(new URL(searchAddress(jql), 'https://jira.example').searchParams.get('jql')).toBe(jql);
    expect(issueAddress('DB-1')).toBe('/browse/DB-1');
  });
});

test('ages in one unit', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  expect(ageWords('2026-11-21T11:59:30Z', now)).toBe('0 minutes');
  expect(ageWords('2026-11-21T11:59:00Z', now)).toBe('1 minute');
  expect(ageWords('2026-11-20T12:00:00Z', now)).toBe('24 hours');
  expect(ageWords('2026-11-09T12:00:00Z', now)).toBe('12 days');
  expect(ageWords('2026-11-22T12:00:00Z', now)).toBe('0 minutes');
});
