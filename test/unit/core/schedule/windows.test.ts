import * as fc from 'fast-check';
import * as v from 'valibot';
import {
  closedWords,
  closesBetween,
  Freeze,
  isOpen,
  nextOpening,
  RunWindow,
  type Schedule,
  scheduleWords,
} from '#core/schedule/windows';

const minute = 60_000;
const at = (text: string): number => Date.parse(text);
const night: RunWindow = {
  days: ['mon', 'tue', 'wed', 'thu', 'fri'],
  from: '22:00',
  to: '05:00',
  timezone: 'Europe/Berlin',
};
const of = (...windows: RunWindow[]): Schedule => ({ windows, freezes: [] });

describe('a window', () => {
  it.each([
    ['Monday before it', '2026-11-23T20:59:59Z', false],
    ['Monday at its first instant', '2026-11-23T21:00:00Z', true],
    ['over midnight', '2026-11-24T03:59:59.999Z', true],
    ['at its end', '2026-11-24T04:00:00Z', false],
    ['Saturday morning, of the window that began on Friday', '2026-11-28T03:00:00Z', true],
    ['Saturday night', '2026-11-28T22:00:00Z', false],
    ['Monday morning, as none began on Sunday', '2026-11-23T03:00:00Z', false],
  ])('%s', (_what, time, open) => {
    expect(isOpen(of(night), at(time))).toBe(open);
  });

  it('follows the clocks of its place when they change', () => {
    const early: RunWindow = { days: ['sun'], from: '01:30', to: '03:30', timezone: 'Europe/Berlin' };
    // In March the hour from two to three is left out, so the window has one hour; in October it has three.
    const hours = (from: string, to: string): number => {
      let open = 0;
      for (let time = at(from); time < at(to); time += minute) if (isOpen(of(early), time)) open += 1;
      return open / 60;
    };
    expect(hours('2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z')).toBe(1);
    expect(hours('2026-10-24T12:00:00Z', '2026-10-25T12:00:00Z')).toBe(3);
    expect(hours('2026-11-14T12:00:00Z', '2026-11-15T12:00:00Z')).toBe(2);
    const leftOut: RunWindow = { ...early, from: '02:10', to: '02:50' };
    expect(nextOpening(of(leftOut), at('2026-03-28T12:00:00Z'))).toBe(at('2026-04-05T00:10:00Z'));
  });

  it('that ends when it begins lasts a whole day', () => {
    const day: RunWindow = { days: ['wed'], from: '09:00', to: '09:00', timezone: 'UTC' };
    expect(isOpen(of(day), at('2026-11-26T08:59:00Z'))).toBe(true);
    expect(isOpen(of(day), at('2026-11-26T09:00:00Z'))).toBe(false);
  });

  it.each([
    { ...night, days: [] },
    { ...night, from: '24:00' },
    { ...night, to: '5:00' },
    { ...night, timezone: 'Europe/Atlantis' },
    { ...night, note: 'x' },
  ])('is refused when it is none: %j', (window) => {
    expect(v.is(RunWindow, window)).toBe(false);
  });
});

describe('a freeze', () => {
  const christmas = { from: '2026-12-24T00:00:00Z', to: '2026-12-27T12:00:30Z', reason: 'Christmas' };

  it('closes whatever the windows say, from its first instant up to its last', () => {
    const schedule: Schedule = { windows: [], freezes: [christmas] };
    expect(isOpen(schedule, at('2026-12-23T23:59:59.999Z'))).toBe(true);
    expect(isOpen(schedule, at('2026-12-24T00:00:00Z'))).toBe(false);
    expect(isOpen(schedule, at('2026-12-27T12:00:29Z'))).toBe(false);
    expect(isOpen(schedule, at('2026-12-27T12:00:30Z'))).toBe(true);
    expect(closesBetween(schedule, at('2026-12-23T00:00:00Z'), at('2026-12-25T00:00:00Z'))).toBe(
      at('2026-12-24T00:00:00Z'),
    );
  });

  it('ends after it begins', () => {
    expect(v.is(Freeze, christmas)).toBe(true);
    expect(v.is(Freeze, { ...christmas, to: christmas.from })).toBe(false);
  });

  it('is told with the time at which it opens again', () => {
    const schedule: Schedule = { windows: [night], freezes: [christmas] };
    expect(closedWords(schedule, at('2026-12-25T10:00:00Z'))).toBe(
      'frozen until 2026-12-27T12:00:30Z (Christmas): it opens at 2026-12-28 22:00 (Europe/Berlin)',
    );
    expect(closedWords(schedule, at('2026-11-23T12:00:00Z'))).toBe(
      'outside its windows (Mon, Tue, Wed, Thu, Fri 22:00–05:00 (Europe/Berlin)): it opens at 2026-11-23 22:00 (Europe/Berlin)',
    );
    expect(closedWords(schedule, at('2026-11-23T21:30:00Z'))).toBeNull();
    expect(scheduleWords(schedule, at('2026-11-23T12:00:00Z'))).toBe(
      'Mon, Tue, Wed, Thu, Fri 22:00–05:00 (Europe/Berlin); not from 2026-12-24T00:00:00Z to 2026-12-27T12:00:30Z: Christmas',
    );
    expect(scheduleWords({ windows: [], freezes: [christmas] }, at('2027-01-01T00:00:00Z'))).toBeNull();
  });
});

const days = fc.uniqueArray(fc.constantFrom('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), {
  minLength: 1,
});
const time = fc
  .integer({ min: 0, max: 24 * 60 - 1 })
  .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);
const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
);
const window: fc.Arbitrary<RunWindow> = fc.record({ days, from: time, to: time, timezone: zone });
const year = { min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') };
const freeze = fc
  .tuple(fc.integer(year), fc.integer({ min: 1, max: 20 * 24 * 60 }))
  .map(([from, length]) => ({
    from: new Date(from).toISOString(),
    to: new Date(from + length * minute).toISOString(),
    reason: 'x',
  }));
const schedules: fc.Arbitrary<Schedule> = fc.record({
  windows: fc.array(window, { maxLength: 3 }),
  freezes: fc.array(freeze, { maxLength: 2 }),
});

/** Judges by another way: the date that a clock shows, as a whole. */
function openByDate({ windows, freezes }: Schedule, ms: number): boolean {
  if (freezes.some(({ from, to }) => at(from) <= ms && ms < at(to))) return false;
  return (
    windows.length === 0 ||
    windows.some(({ days: on, from, to, timezone }) => {
      const shown = new Intl.DateTimeFormat('sv-SE', {
        timeZone: timezone,
        dateStyle: 'short',
        timeStyle: 'short',
      })
        .format(ms)
        .split(' ');
      const [date = '', clock = ''] = shown;
      const dayOf = (back: number): string =>
        ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'][
          new Date(at(`${date}T12:00:00Z`) - back * 24 * 60 * minute).getUTCDay()
        ] ?? '';
      const has = (back: number): boolean => (on as string[]).includes(dayOf(back));
      return from < to
        ? has(0) && from <= clock && clock < to
        : (has(0) && clock >= from) || (has(1) && clock < to);
    })
  );
}

describe('any schedule', () => {
  it('is open when the date and time that clocks show say so', () => {
    fc.assert(
      fc.property(schedules, fc.integer(year), (schedule, ms) => {
        expect(isOpen(schedule, ms)).toBe(openByDate(schedule, ms));
      }),
      { numRuns: 1_000 },
    );
  });

  it('opens next at an instant that is open, and is closed until then', () => {
    fc.assert(
      fc.property(
        schedules,
        fc.integer(year),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (schedule, ms, part) => {
          const next = nextOpening(schedule, ms);
          if (next === null) return;
          expect(isOpen(schedule, next)).toBe(true);
          const between = ms + Math.floor((next - ms) * part);
          if (between < next) expect(isOpen(schedule, between)).toBe(false);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('closes at an instant that is closed, and is open until then', () => {
    fc.assert(
      fc.property(
        schedules,
        fc.integer(year),
        fc.integer({ min: 1, max: 12 * 60 }),
        fc.double({ min: 0, max: 0.999_999, noNaN: true }),
        (schedule, ms, minutes, part) => {
          const from = nextOpening(schedule, ms);
          if (from === null) return;
          const until = from + minutes * minute;
          const closes = closesBetween(schedule, from, until);
          if (closes !== null) expect(isOpen(schedule, closes)).toBe(false);
          const end = closes ?? until;
          const between = from + Math.floor((end - from) * part);
          expect(isOpen(schedule, between)).toBe(true);
        },
      ),
      { numRuns: 100 },
    );
  });
});
