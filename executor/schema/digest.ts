import type { Pool, PoolClient, QueryResult } from 'pg';
import { canonicalSha256 } from '#core/hash';
import { send } from '../run/table-counters';
import { namesInText } from './names';
import { describePreparedSql, describeSql, maxObjects, prepareDescriptionSql } from './sql';
import type { Node } from '../sql/parser';

/** The structure of everything that a text touches, or why that cannot be told. */
export type SchemaState =
  | {
      readonly digest: string;
      /** The same without who owns what: what two environments of one structure share. */
      readonly shape: string;
      /** SHA-256 of each object's description, by its name, to say which one is another. */
      readonly objects: ReadonlyMap<string, string>;
    }
  | { readonly digest: null; readonly note: string };

interface DescribedRow {
  kind: string;
  name: string;
  facts: object | null;
}

/** What the description of a text's names comes to. */
async function stateOf(results: readonly QueryResult[]): Promise<SchemaState> {
  const rows = results.flatMap((result): unknown[] => result.rows).filter(isDescribed);
  const count = Number(rows.find(({ kind }) => kind === 'count')?.name ?? 0);
  if (count > maxObjects) {
    return { digest: null, note: `the text touches more than ${maxObjects} tables, functions and types` };
  }
  const described = rows.flatMap(({ kind, name, facts }): [string, object][] =>
    facts === null ? [] : [[`${kind} ${name}`, facts]],
  );
  const hashes = await Promise.all(
    described.map(async ([name, facts]): Promise<[string, string]> => [
      name,
      await canonicalSha256({ facts }),
    ]),
  );
  const objects = new Map(hashes.toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const [digest, shape] = await Promise.all([
    canonicalSha256({ v: 1, objects: [...objects] }),
    canonicalSha256({ v: 1, shape: described.map(unowned).toSorted(([a], [b]) => (a < b ? -1 : 1)) }),
  ]);
  return { digest, shape, objects };
}

/** A description without its owner: roles have other names in other environments. */
function unowned([name, facts]: [string, object]): [string, object] {
  return [name, Object.fromEntries(Object.entries(facts).filter(([fact]) => fact !== 'owner'))];
}

/** Statements of an approved text, by their place and tree. */
type Statements = readonly { readonly index: number; readonly node: Node }[];

/**
 * Reads the structure of everything that `statements` touch, in the open transaction of `client`, as its role and
 * search_path find it. Takes one round trip and leaves nothing behind. The server's and connection errors are thrown.
 */
export async function readSchema(client: PoolClient, statements: Statements): Promise<SchemaState> {
  const text = namesInText(statements);
  if (!text.ok) return { digest: null, note: text.note };
  return stateOf(await send(client, describeSql(text.names)));
}

/** Sessions in which the description is prepared. */
const prepared = new WeakSet<PoolClient>();

/**
 * The same in a session of ours that stays, where the description is planned once: a transaction of its own, begun with
 * `opening` (role and search_path of the change) and rolled back. `opened`: its results.
 */
export async function readSchemaApart(
  pool: Pool,
  statements: Statements,
  opening: readonly string[],
): Promise<{ readonly state: SchemaState; readonly opened: readonly QueryResult[] }> {
  const text = namesInText(statements);
  const names = text.ok ? text.names : [];
  const client = await pool.connect().catch((error: unknown) => {
    // Too many sessions say nothing about the change.
    throw new Error('no session to look at the structure', { cause: error });
  });
  try {
    if (!prepared.has(client)) {
      await client.query(prepareDescriptionSql);
      prepared.add(client);
    }
    const results = await send(client, [...opening, ...describePreparedSql(names), 'rollback']);
    client.release();
    const state = text.ok ? await stateOf(results) : { digest: null, note: text.note };
    return { state, opened: results.slice(0, opening.length) };
  } catch (error) {
    client.release(true);
    throw error;
  }
}

function isDescribed(row: unknown): row is DescribedRow {
  return typeof row === 'object' && row !== null && 'kind' in row && 'facts' in row;
}
