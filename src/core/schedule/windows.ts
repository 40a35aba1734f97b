import * as v from 'valibot';
import { UtcTime } from '../protocol/claims';

/** Days as a window names them, Monday first. */
const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
type Weekday = (typeof weekdays)[number];

const TimeOfDay = v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as 22:00'));

function knownZone(timezone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: timezone }).format(0) !== '';
  } catch {
    return false;
  }
}

/** When changes may run: from one time of day to another, on days by the clock of a place. */
export const RunWindow = v.strictObject({
  /** Days on which the window begins. One that ends at or before its beginning ends on the next day. */
  days: v.pipe(v.array(v.picklist(weekdays)), v.minLength(1)),
  from: TimeOfDay,
  to: TimeOfDay,
  timezone: v.pipe(v.string(), v.check(knownZone, 'expected a time zone such as Europe/Berlin')),
});
export type RunWindow = v.InferOutput<typeof RunWindow>;

/** A time in which nothing runs, whatever the windows say. */
export const Freeze = v.pipe(
  v.strictObject({
    from: UtcTime,
    to: UtcTime,
    reason: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  }),
  v.check(({ from, to }) => Date.parse(from) < Date.parse(to), 'a freeze ends after it begins'),
);
export type Freeze = v.InferOutput<typeof Freeze>;

/** Windows and freezes of a connection. No window: open whenever it is not frozen. */
export const Schedule = v.strictObject({
  windows: v.pipe(v.array(RunWindow), v.maxLength(20)),
  freezes: v.pipe(v.array(Freeze), v.maxLength(100)),
});
export type Schedule = v.InferOutput<typeof Schedule>;

const minuteMs = 60_000;
/** Every window opens within this time, unless its hour is one that the clocks leave out. */
const weekMinutes = 9 * 24 * 60;

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Weekday and minute of the day that a clock in this place shows. */
function localTime(timezone: string, atMs: number): { day: Weekday; minute: number } {
  const clock =
    clocks.get(timezone) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
  clocks.set(timezone, clock);
  const parts = new Map(clock.formatToParts(atMs).map(({ type, value }) => [type, value]));
  const day = weekdays.find((name) => name === parts.get('weekday')?.toLowerCase()) ?? 'mon';
  return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
}

const minuteOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
const dayBefore = (day: Weekday): Weekday => weekdays[(weekdays.indexOf(day) + 6) % 7] ?? 'sun';

function inWindow({ days, from, to, timezone }: RunWindow, atMs: number): boolean {
  const { day, minute } = localTime(timezone, atMs);
  const [begin, end] = [minuteOf(from), minuteOf(to)];
  if (begin < end) return days.includes(day) && begin <= minute && minute < end;
  return (days.includes(day) && minute >= begin) || (days.includes(dayBefore(day)) && minute < end);
}

const freezeAt = ({ freezes }: Schedule, atMs: number): Freeze | undefined =>
  freezes.find(({ from, to }) => Date.parse(from) <= atMs && atMs < Date.parse(to));

/** Whether changes may run at an instant (milliseconds since 1970). */
export function isOpen(schedule: Schedule, atMs: number): boolean {
  if (freezeAt(schedule, atMs)) return false;
  return schedule.windows.length === 0 || schedule.windows.some((window) => inWindow(window, atMs));
}

/** The instants in (from, until] at which the answer may change: whole minutes, and ends and beginnings of freezes. */
function* turns(schedule: Schedule, fromMs: number, untilMs: number): Generator<number> {
  const frozen = schedule.freezes
    .flatMap(({ from, to }) => [Date.parse(from), Date.parse(to)])
    .toSorted((a, b) => a - b);
  let next = 0;
  const minutes = schedule.windows.length > 0;
  for (let at = fromMs; ;) {
    while ((frozen[next] ?? Infinity) <= at) next += 1;
    const minute = minutes ? (Math.floor(at / minuteMs) + 1) * minuteMs : Infinity;
    at = Math.min(minute, frozen[next] ?? Infinity);
    if (at > untilMs) return;
    yield at;
  }
}

/** The first instant after `fromMs`, which is open, and up to `untilMs` at which it closes; null when it stays open. */
export function closesBetween(schedule: Schedule, fromMs: number, untilMs: number): number | null {
  for (const at of turns(schedule, fromMs, untilMs)) if (!isOpen(schedule, at)) return at;
  return null;
}

/** The next instant at which changes may run, if the schedule knows one; `fromMs` itself when they may run then. */
export function nextOpening(schedule: Schedule, fromMs: number): number | null {
  let from = fromMs;
  // Behind each freeze there is another week to look through.
  for (let round = 0; round <= schedule.freezes.length; round += 1) {
    const frozen = freezeAt(schedule, from);
    if (frozen) from = Date.parse(frozen.to);
    if (isOpen(schedule, from)) return from;
    const until = from + weekMinutes * minuteMs;
    for (const at of turns(schedule, from, until)) if (isOpen(schedule, at)) return at;
    from = Math.max(until, ...schedule.freezes.map(({ to }) => Date.parse(to)).filter((to) => to <= until));
  }
  return null;
}

const dayNames: Readonly<Record<Weekday, string>> = {
  mon: 'Mon',
  tue: 'Tue',
  wed: 'Wed',
  thu: 'Thu',
  fri: 'Fri',
  sat: 'Sat',
  sun: 'Sun',
};

function windowWords({ days, from, to, timezone }: RunWindow): string {
  const listed = weekdays.filter((day) => days.includes(day)).map((day) => dayNames[day]);
  const which = listed.length === 7 ? 'every day' : listed.join(', ');
  return `${which} ${from}–${to} (${timezone})`;
}

/** `2026-11-23 22:00`, by the clock of a place. */
function clockWords(atMs: number, timezone: string): string {
  const text = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'short',
  }).format(atMs);
  return `${text} (${timezone})`;
}

/** The windows, and the freezes that are not over, in words; null when changes may run at any time. */
export function scheduleWords(schedule: Schedule, atMs: number): string | null {
  const coming = schedule.freezes.filter(({ to }) => Date.parse(to) > atMs);
  const words = [
    ...schedule.windows.map(windowWords),
    ...coming.map(({ from, to, reason }) => `not from ${from} to ${to}: ${reason}`),
  ];
  return words.length === 0 ? null : words.join('; ');
}

/** Why nothing may run at an instant and when it may again, in words without a full stop; null when it is open. */
export function closedWords(schedule: Schedule, atMs: number): string | null {
  if (isOpen(schedule, atMs)) return null;
  const next = nextOpening(schedule, atMs);
  const zone = schedule.windows[0]?.timezone ?? 'UTC';
  const again = next === null ? 'no window opens again' : `it opens at ${clockWords(next, zone)}`;
  const frozen = freezeAt(schedule, atMs);
  return frozen
    ? `frozen until ${frozen.to} (${frozen.reason}): ${again}`
    : `outside its windows (${schedule.windows.map(windowWords).join('; ')}): ${again}`;
}
