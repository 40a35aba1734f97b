import type { PoolClient } from 'pg';
import { canonicalSha256 } from '#core/hash';
import { send } from '../run/table-counters';
import { namesInText } from './names';
import { describeSql, maxObjects } from './sql';
import type { Node } from '../sql/parser';

/** The structure of everything that a text touches, or why that cannot be told. */
export type SchemaState =
  | {
      readonly digest: string;
      /** SHA-256 of each object's description, by its name, to say which one is another. */
      readonly objects: ReadonlyMap<string, string>;
    }
  | { readonly digest: null; readonly note: string };

interface DescribedRow {
  kind: string;
  name: string;
  facts: object | null;
}

/**
 * Reads the structure of everything that `statements` touch, in the open transaction of `client`, as its role and
 * search_path find it. Takes one round trip and leaves nothing behind. The server's and connection errors are thrown.
 */
export async function readSchema(
  client: PoolClient,
  statements: readonly { readonly index: number; readonly node: Node }[],
): Promise<SchemaState> {
  const text = namesInText(statements);
  if (!text.ok) return { digest: null, note: text.note };
  const results = await send(client, describeSql(text.names));
  const rows = results.flatMap((result): unknown[] => result.rows).filter(isDescribed);
  const count = Number(rows.find(({ kind }) => kind === 'count')?.name ?? 0);
  if (count > maxObjects) {
    return { digest: null, note: `the text touches more than ${maxObjects} tables, functions and types` };
  }
  const described = rows.flatMap(({ kind, name, facts }): [string, unknown][] =>
    facts === null ? [] : [[`${kind} ${name}`, facts]],
  );
  const hashes = await Promise.all(
    described.map(async ([name, facts]): Promise<[string, string]> => [
      name,
      await canonicalSha256({ facts }),
    ]),
  );
  const objects = new Map(hashes.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return { digest: await canonicalSha256({ v: 1, objects: [...objects] }), objects };
}

function isDescribed(row: unknown): row is DescribedRow {
  return typeof row === 'object' && row !== null && 'kind' in row && 'facts' in row;
}
