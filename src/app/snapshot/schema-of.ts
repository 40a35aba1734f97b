import type { SchemaSnapshot } from '#core/sql/facts/schema-snapshot';
import type { Ports } from '../ports';

/** The structure of a connection's database as the app knows it. */
export interface KnownSchema {
  readonly snapshot: SchemaSnapshot;
  readonly digest: string;
  /** When the executor read it, ISO. */
  readonly takenAt: string;
}

/**
 * The structure of a connection's database for a review; null when none is known. Nothing is asked of the executor: what
 * is kept is as old as it is. A snapshot of an executor that is not the enrolled one does not count.
 */
export async function schemaOf(
  ports: Pick<Ports, 'snapshots'> & { readonly settings: Pick<Ports['settings'], 'read'> },
  connection: string,
): Promise<KnownSchema | null> {
  const [{ executor }, head] = await Promise.all([ports.settings.read(), ports.snapshots.head(connection)]);
  if (!head || head.executor !== executor?.id) return null;
  const snapshot = await ports.snapshots.body(connection, head);
  return snapshot ? { snapshot, digest: head.digest, takenAt: head.takenAt } : null;
}
