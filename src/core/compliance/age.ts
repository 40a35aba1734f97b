const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How long ago a time was, in one unit: `5 minutes`, `3 hours`, `12 days`. Never negative. */
export function ageWords(since: string, now: number): string {
  const age = Math.max(0, now - Date.parse(since));
  if (age < hour) return counted(Math.floor(age / minute), 'minute');
  if (age < 2 * day) return counted(Math.floor(age / hour), 'hour');
  return counted(Math.floor(age / day), 'day');
}

function counted(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
