import type { SchemaState } from './digest';
import type { SeenSchemas } from './seen';

/** The first thing in which two structures differ, in words. */
function firstDifference(before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): string {
  for (const name of [...new Set([...before.keys(), ...now.keys()])].toSorted()) {
    if (!now.has(name)) return `${name} is gone`;
    if (!before.has(name)) return `${name} is new`;
    if (before.get(name) !== now.get(name)) return `${name} is another`;
  }
  return 'it changed more than once';
}

/** In words why a change must not run on this structure; null when it is the approved one. */
export function schemaDifference(
  approved: string,
  shape: string | undefined,
  now: SchemaState,
  seen: SeenSchemas,
): string | null {
  if (now.digest === approved) {
    if (shape === undefined || shape === now.shape) return null;
    return 'the shape of the structure that the change touches is not the one that was approved';
  }
  const words = 'the structure that the change touches is not the one that was approved';
  if (now.digest === null) return `${words}: ${now.note}`;
  const before = seen.get(approved);
  return before === undefined ? words : `${words}: ${firstDifference(before, now.objects)}`;
}
