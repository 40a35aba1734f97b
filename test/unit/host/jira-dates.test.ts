import { calendarFunction, duration, parseDate } from '../../../host/jira/jql/dates';

const NOW = Date.parse('2026-11-21T10:30:00Z');
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());

describe('JQL dates', () => {
  test.each([
    ['-4h', -14_400_000],
    ['1w 2d', 777_600_000],
    ['+5m', 300_000],
    ['4', undefined],
    ['-4s', undefined],
  ])('duration %s', (text, expected) => expect(duration(text)).toBe(expected));

  test.each([
    ['2026-01-02', '2026-01-02T00:00:00.000Z'],
    ['2026/1/2 3:04', '2026-01-02T03:04:00.000Z'],
    ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.000Z'],
    ['-30m', '2026-11-21T10:00:00.000Z'],
    ['2026-13-40', undefined],
    ['soon', undefined],
  ])('date %s', (text, expected) => expect(iso(parseDate(text, NOW))).toBe(expected));

  test.each([
    ['startOfDay', undefined, '2026-11-21T00:00:00.000Z'],
    ['endOfDay', '-1', '2026-11-20T23:59:59.999Z'],
    ['startOfWeek', undefined, '2026-11-15T00:00:00.000Z'],
    ['endOfMonth', undefined, '2026-11-30T23:59:59.999Z'],
    ['startOfMonth', '+2', '2027-01-01T00:00:00.000Z'],
    ['startOfYear', '-1y', '2026-01-01T00:00:00.000Z'],
    ['startOfDay', '3h', '2026-11-21T03:00:00.000Z'],
    ['soonOfDay', undefined, undefined],
  ])('%s(%s)', (name, argument, expected) =>
    expect(iso(calendarFunction(name, argument, NOW))).toBe(expected),
  );
});
