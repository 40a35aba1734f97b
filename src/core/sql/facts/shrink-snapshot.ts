import { utf8Length } from '../../hash';
import type { SchemaSnapshot } from './schema-snapshot';

/** Part of the bytes that names of functions and domains may take. */
const shareOfNames = 0.25;

/** As many items from the front as fit into so many bytes of JSON. */
function fitting<T>(items: readonly T[], bytes: number): { readonly kept: T[]; readonly used: number } {
  const kept: T[] = [];
  let used = 2;
  for (const item of items) {
    const size = utf8Length(JSON.stringify(item)) + 1;
    if (used + size > bytes) break;
    used += size;
    kept.push(item);
  }
  return { kept, used };
}

/**
 * A snapshot whose JSON has at most so many bytes: the lists keep what stands first in them, and `truncated` says that
 * something is left out. Nothing changes when it fits.
 */
export function shrinkSnapshot(snapshot: SchemaSnapshot, maxBytes: number): SchemaSnapshot {
  if (utf8Length(JSON.stringify(snapshot)) <= maxBytes) return snapshot;
  const frame = utf8Length(
    JSON.stringify({ ...snapshot, truncated: true, tables: [], functions: [], domains: [] }),
  );
  const room = Math.max(0, maxBytes - frame);
  const domains = fitting(snapshot.domains, (room * shareOfNames) / 2);
  const functions = fitting(snapshot.functions, room * shareOfNames - domains.used);
  const tables = fitting(snapshot.tables, room - domains.used - functions.used);
  return {
    ...snapshot,
    tables: tables.kept,
    functions: functions.kept,
    domains: domains.kept,
    truncated: true,
  };
}
