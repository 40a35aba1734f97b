/** `a`, `a and b`, `a, b and c`; beyond `most` the rest is counted. */
export function listed(parts: readonly string[], most = 6): string {
  const shown =
    parts.length > most ? [...parts.slice(0, most - 1), `${parts.length - most + 1} more`] : parts;
  if (shown.length < 2) return shown.join('');
  return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`;
}

/** `1 row`, `2 rows`, `41,200 rows`. */
export function counted(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

/** `41,200`, the same on every machine. */
export function grouped(number: number): string {
  return String(Math.round(number)).replace(/\B(?=(?:\d{3})+$)/g, ',');
}

/** An estimate: `940`, `41,000`, `8.1 M`. */
export function about(number: number): string {
  if (number < 1_000) return String(Math.round(number));
  if (number < 1_000_000) return grouped(Number(number.toPrecision(2)));
  const [unit, size] = number < 1_000_000_000 ? ['M', 1_000_000] : ['G', 1_000_000_000];
  return `${Number((number / size).toPrecision(2))} ${unit}`;
}

/** Cuts in the middle of nothing: the beginning, and that there is more. */
export function shortened(text: string, most = 40): string {
  const points = Array.from(text);
  return points.length > most ? `${points.slice(0, most - 1).join('')}…` : text;
}

/** One line: line breaks and runs of white space become one space. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** First letter in capitals, full stop at the end. */
export function sentence(text: string): string {
  const whole = /[.…]$/.test(text) ? text : `${text}.`;
  return `${whole.charAt(0).toUpperCase()}${whole.slice(1)}`;
}

/** Names in parentheses: `a, b`; beyond `most` the rest is counted. */
export function namesOf(parts: readonly string[], most = 8): string {
  return parts.length > most
    ? `${parts.slice(0, most - 1).join(', ')} and ${parts.length - most + 1} more`
    : parts.join(', ');
}
