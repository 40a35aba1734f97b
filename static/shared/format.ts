/** `12:03` today, else `21 Nov 2026, 12:03`, on the viewer's clock. */
export function clock(iso: string, now: Date = new Date()): string {
  const time = new Date(iso);
  if (Number.isNaN(time.getTime())) return iso;
  const sameDay = time.toDateString() === now.toDateString();
  return new Intl.DateTimeFormat('en-GB', {
    ...(sameDay ? {} : { day: 'numeric', month: 'short', year: 'numeric' }),
    hour: '2-digit',
    minute: '2-digit',
  }).format(time);
}

/** A limit or a duration in the largest unit that keeps it exact or short: `500 ms`, `30 s`, `2 min`. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Number.isInteger(ms) ? ms : ms.toFixed(1)} ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(2))} s`;
  return ms % 60_000 === 0
    ? `${ms / 60_000} min`
    : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

/** `00:41`, `1:02:03` of a number of whole seconds. */
export function stopwatch(seconds: number): string {
  const hours = Math.floor(seconds / 3_600);
  const rest = `${two(Math.floor((seconds % 3_600) / 60))}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}

/** `just now`, `12 minutes ago`, `3 hours ago`, `2 days ago`. */
export function ago(iso: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(iso)) / 60_000);
  if (!(minutes >= 1)) return 'just now';
  if (minutes < 60) return `${count(minutes, 'minute', 'minutes')} ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? `${count(hours, 'hour', 'hours')} ago`
    : `${count(Math.floor(hours / 24), 'day', 'days')} ago`;
}

/** `1 person`, `2 people`. */
export function count(number: number, one: string, many: string): string {
  return `${number.toLocaleString('en-GB')} ${number === 1 ? one : many}`;
}

/** `812 bytes`, `1.5 kB`, `20 MB`, `1 GB`: decimal units, as disks are sold. */
export function size(bytes: number): string {
  const [limit, unit] =
    bytes >= 1e9 ? [1e9, 'GB'] : bytes >= 1e6 ? [1e6, 'MB'] : bytes >= 1e3 ? [1e3, 'kB'] : [1, 'bytes'];
  return `${Number((bytes / limit).toPrecision(3)).toLocaleString('en-GB')} ${unit}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
