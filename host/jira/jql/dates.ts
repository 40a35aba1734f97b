const UNIT: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A duration such as `-4w 2d` or `+1h` in milliseconds; undefined when it is none. */
export function duration(text: string): number | undefined {
  const match = /^([+-]?)((?:\d+[wdhm]\s*)+)$/.exec(text.trim());
  if (!match) return undefined;
  const total = [...(match[2] ?? '').matchAll(/(\d+)([wdhm])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNIT[unit ?? ''] ?? 0),
    0,
  );
  return match[1] === '-' ? -total : total;
}

/** A JQL date: absolute (`2026-01-31`, `2026/01/31 10:00`, ISO 8601), or relative to now; milliseconds, UTC. */
export function parseDate(text: string, now: number): number | undefined {
  const relative = duration(text);
  if (relative !== undefined) return now + relative;
  if (/^\d{4}[-/]\d\d?[-/]\d\d?( \d\d?:\d\d)?$/.test(text)) {
    const [date = '', time = '00:00'] = text.replaceAll('/', '-').split(' ');
    const [y = '', m = '', d = ''] = date.split('-');
    const ms = Date.parse(`${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}T${time.padStart(5, '0')}:00Z`);
    return Number.isNaN(ms) ? undefined : ms;
  }
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(text)) return undefined;
  const iso = text.replace(/\+0000$/, 'Z');
  const ms = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** `startOfDay()`, `endOfMonth("-1")` and their kin; undefined for other functions. Weeks start on Sunday, in UTC. */
export function calendarFunction(
  name: string,
  argument: string | undefined,
  now: number,
): number | undefined {
  const match = /^(start|end)of(day|week|month|year)$/.exec(name.toLowerCase());
  if (!match) return undefined;
  const unit = match[2] ?? 'day';
  const plain = /^[+-]?\d+$/.test(argument ?? '') ? Number(argument) : undefined;
  const at = new Date(now);
  const shift = plain ?? 0;
  const extra = argument !== undefined && plain === undefined ? (duration(argument) ?? 0) : 0;
  const [y, m, d] = [at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()];
  const startAt = (by: number): number => {
    if (unit === 'day') return Date.UTC(y, m, d + by);
    if (unit === 'week') return Date.UTC(y, m, d - at.getUTCDay() + 7 * by);
    return unit === 'month' ? Date.UTC(y, m + by, 1) : Date.UTC(y + by, 0, 1);
  };
  return extra + (match[1] === 'start' ? startAt(shift) : startAt(shift + 1) - 1);
}
