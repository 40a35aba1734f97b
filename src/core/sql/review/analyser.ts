/**
 * Version of the rules. It goes up whenever the review says something else of a text than before, so that no verdict of an
 * earlier one is taken for a verdict of this one. A test holds it against what the rules say of their own examples.
 */
export const rulesVersion = 1;

/** Name of an analyser: version of the rules, and digest of the site's configuration of them (null: it says nothing). */
export function analyserName(digest: string | null): string {
  return `${rulesVersion}/${digest ?? 'default'}`;
}
