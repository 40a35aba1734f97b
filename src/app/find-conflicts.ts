import { type Conflict, conflictsOf, type OtherChange } from '#core/change/conflicts';
import { openRevision } from '#core/change/open-change';
import type { TouchedTable } from '#core/change/analysis';
import { isSameDatabase } from '#core/protocol/claims';
import type { Settings } from '#core/settings/settings';
import type { SchemaSnapshot } from '#core/sql/facts/schema-snapshot';
import type { Ports } from './ports';

/** Connections to the same database that are looked at, open changes of each that are listed, and those that are compared. */
const maxConnections = 4;
const maxListed = 100;
const maxCompared = 20;

/** What finding needs: the index, and the heads that it points to. */
export interface ConflictPorts {
  readonly openChanges: Ports['openChanges'];
  readonly ledger: Pick<Ports['ledger'], 'read'>;
}

/** Other open changes on the tables of this one. */
export interface FoundConflicts {
  readonly changes: readonly Conflict[];
  /** True when there are more open changes than were compared. */
  readonly more: boolean;
}

/**
 * Other changes In review, Approved or Running on the same database that touch what this text touches. The index only says
 * where to look: what a change touches and where it stands says its own head, which nobody but the ledger writes.
 */
export async function findConflicts(
  ports: ConflictPorts,
  settings: Settings,
  here: { readonly issueId: string; readonly connection: string; readonly schema: SchemaSnapshot | null },
  tables: readonly TouchedTable[],
): Promise<FoundConflicts> {
  if (tables.length === 0) return { changes: [], more: false };
  const keys = sameDatabase(settings, here.connection);
  const pages = await Promise.all(
    keys.slice(0, maxConnections).map(async (key) => ports.openChanges.on(key, maxListed)),
  );
  const near = nearNames(tables, here.schema);
  const listed = pages
    .flatMap(({ changes }) => changes)
    .filter(
      ({ issueId, tables: names }) =>
        issueId !== here.issueId && (names?.some((name) => near.has(name)) ?? true),
    );
  const others = await Promise.all(
    listed.slice(0, maxCompared).map(async ({ issueId, issueKey }): Promise<OtherChange[]> => {
      const open = openRevision((await ports.ledger.read(issueId)).state);
      if (!open || !keys.includes(open.revision.connection)) return [];
      const { analysis } = open.revision;
      const name = issueKey === '' ? `issue ${issueId}` : issueKey;
      return [
        {
          issueKey: name,
          status: open.status,
          tables: analysis?.tables ?? [],
          moreTables: analysis?.moreTables ?? true,
        },
      ];
    }),
  );
  const more = keys.length > maxConnections || listed.length > maxCompared || pages.some((page) => page.more);
  return { changes: conflictsOf(tables, others.flat(), here.schema), more };
}

/** Names of the tables and of those that foreign keys tie to them. */
function nearNames(tables: readonly TouchedTable[], schema: SchemaSnapshot | null): ReadonlySet<string> {
  const names = new Set(tables.map(({ name }) => name));
  const tied = (schema?.tables ?? []).flatMap(({ name, foreignKeys }) =>
    foreignKeys.flatMap(({ toTable }) => (names.has(name) ? [toTable] : names.has(toTable) ? [name] : [])),
  );
  return new Set([...names, ...tied]);
}

/** Connections that lead to the same database, the one itself first. */
function sameDatabase({ executor }: Settings, connection: string): string[] {
  const connections = executor?.connections ?? [];
  const target = connections.find(({ key }) => key === connection)?.target ?? null;
  const others = connections.filter(
    (one) =>
      one.key !== connection && target !== null && one.target !== null && isSameDatabase(one.target, target),
  );
  return [connection, ...others.map(({ key }) => key)];
}
