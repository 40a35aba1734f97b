import * as v from 'valibot';
import { utf8Length } from '../hash';
import { Sha256Hex, UtcTime } from '../protocol/claims';
import type { SchemaSnapshot } from '../sql/facts/schema-snapshot';
import { hasHiddenCharacters } from '../sql/hidden-characters';

/** JSON of the columns that are offered at most, UTF-8 bytes; tables whose columns do not fit are offered without. */
const maxColumnBytes = 256 * 1024;

/** Tables and columns that an editor offers, in the order in which they matter. */
export const SchemaNames = v.strictObject({
  searchPath: v.array(v.string()),
  tables: v.array(
    v.strictObject({
      schema: v.string(),
      name: v.string(),
      kind: v.picklist(['table', 'partitioned', 'view', 'materialized-view', 'foreign']),
      columns: v.array(v.strictObject({ name: v.string(), type: v.string(), label: v.nullable(v.string()) })),
    }),
  ),
});
export type SchemaNames = v.InferOutput<typeof SchemaNames>;

/** What the panel is told of the structure of a connection's database. */
export const StructureView = v.strictObject({
  /** Digest of what is known; null: nothing is. */
  digest: v.nullable(Sha256Hex),
  takenAt: v.nullable(UtcTime),
  /** Why nothing is known, or nothing fresher, in words that begin with a small letter; null when it is fresh. */
  problem: v.nullable(v.string()),
  /** For people who may edit the draft, unless they have them already. */
  names: v.nullable(SchemaNames),
});
export type StructureView = v.InferOutput<typeof StructureView>;

/**
 * What an editor may offer of a structure. A name with something in it that nobody would see is never put into anybody's
 * SQL.
 */
export function namesOf({ searchPath, tables }: SchemaSnapshot): SchemaNames {
  let room = maxColumnBytes;
  const plain = ({ name }: { name: string }): boolean => !hasHiddenCharacters(name);
  const told = tables.filter(
    (table) => table.columns.length > 0 && plain(table) && !hasHiddenCharacters(table.schema),
  );
  return {
    searchPath: searchPath.filter((name) => !hasHiddenCharacters(name)),
    tables: told.map(({ schema, name, kind, columns }) => {
      const offered = columns.filter(plain).map((column) => ({
        name: column.name,
        type: column.type,
        label: column.label,
      }));
      room -= utf8Length(JSON.stringify(offered));
      return { schema, name, kind, columns: room < 0 ? [] : offered };
    }),
  };
}
