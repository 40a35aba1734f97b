const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const absolute = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short' });

function ago(at: Date): string {
  const past = at.getTime() - Date.now();
  if (Math.abs(past) > 7 * 86_400_000) return absolute.format(at);
  for (const [unit, length] of UNITS) {
    if (Math.abs(past) >= length) return relative.format(Math.round(past / length), unit);
  }
  return 'just now';
}

/** A moment in words, with the exact time as its title. Jira writes `+0000` where ISO wants `+00:00`. */
export function Moment({ at, exact = false }: { readonly at: string; readonly exact?: boolean }) {
  const date = new Date(at.replace(/([+-]\d\d)(\d\d)$/u, '$1:$2'));
  return (
    <time dateTime={date.toISOString()} title={absolute.format(date)}>
      {exact ? absolute.format(date) : ago(date)}
    </time>
  );
}
