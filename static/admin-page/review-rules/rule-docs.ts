import type { RuleDocs } from '#core/sql/review/rule';

/**
 * The documentation of every rule, each in a chunk of its own: a rule's code is never in the page. Vite's patterns know no
 * `#core`.
 */
const files = import.meta.glob<RuleDocs>('../../../src/core/sql/rules/*/*-*.ts', { import: 'docs' });

/** Why a rule is there and what to do, fetched when it is asked for; undefined for a rule that has none. */
export async function docsOf(id: string): Promise<RuleDocs | undefined> {
  const load = Object.entries(files).find(([file]) => file.endsWith(`/${id}.ts`))?.[1];
  return load?.();
}
