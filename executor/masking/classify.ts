import type { Catalog } from './catalog';
import { type Labels, labelOf } from './labels';
import type { ColumnPlace } from './view-columns';

/** Why the values of a column are masked, in words for people. */
export const originUnknown = 'origin unknown';
const labelMissing = 'a label names no column';

/**
 * Why a result column from `place` is masked: its class, or that it cannot be told. Null: it comes, unchanged, from a
 * column without a label.
 */
export function classify(place: ColumnPlace, catalog: Catalog, labels: Labels): string | null {
  if (!catalog.labelsHold) return labelMissing;
  return classOf(place, catalog, labels);
}

function classOf({ table, column }: ColumnPlace, catalog: Catalog, labels: Labels): string | null {
  const relation = catalog.relations.get(table);
  // Column 0 is the whole row.
  if (!relation || relation.kind === null || column === 0) return originUnknown;
  // A view may itself carry a label.
  const name = relation.columns.get(column)?.name;
  const own =
    name === undefined
      ? null
      : relation.names.map((place) => labelOf(labels, place, name)).find((found) => found !== null);
  if (own) return own;
  if (relation.kind === 'view') {
    const origin = relation.origins?.get(column);
    return origin === undefined ? originUnknown : classOf(origin, catalog, labels);
  }
  // Where a row lies and who wrote it says nothing of what is in it.
  if (column < 0) return null;
  if (name === undefined) return originUnknown;
  const sources = relation.columns.get(column)?.generatedFrom ?? [];
  return (
    sources
      .map((source) => classOf({ table, column: source }, catalog, labels))
      .find((found) => found !== null) ?? null
  );
}
