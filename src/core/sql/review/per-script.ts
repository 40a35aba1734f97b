import type { ScriptFacts } from '../facts/statement-facts';

type Statements = ScriptFacts['statements'];

/**
 * Something that rules ask of a whole script, worked out at the first question and kept with it: a rule that looked through
 * all statements for each of them would take minutes over a long script.
 */
export function perScript<T>(work: (statements: Statements) => T): (statements: Statements) => T {
  const known = new WeakMap<Statements, { readonly value: T }>();
  return (statements) => {
    const before = known.get(statements);
    if (before) return before.value;
    const value = work(statements);
    known.set(statements, { value });
    return value;
  };
}

/** Collects what `of` finds under a word, in the order of the script. */
export function byWord<T>(
  found: Iterable<readonly [word: string, value: T]>,
): ReadonlyMap<string, readonly T[]> {
  const all = new Map<string, T[]>();
  for (const [word, value] of found) {
    const here = all.get(word);
    if (here) here.push(value);
    else all.set(word, [value]);
  }
  return all;
}
