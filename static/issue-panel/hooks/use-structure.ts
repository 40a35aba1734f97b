import { useEffect, useRef, useState } from 'react';
import type { SchemaNames, StructureView } from '#core/panel/structure';
import { call } from '../../shared/bridge';

/** What the panel knows of the structure of the database behind a connection. */
export interface Structure extends Omit<StructureView, 'names'> {
  readonly connection: string;
  /** What the editor offers; null where this viewer writes nothing. */
  readonly names: SchemaNames | null;
}

/**
 * The structure of the connection that is shown, asked for when it is opened or another one is chosen, never while somebody
 * types. Null before the answer, and without a connection.
 */
export function useStructure(connection: string | null): Structure | null {
  const [structure, setStructure] = useState<Structure | null>(null);
  const latest = useRef<Structure | null>(null);
  useEffect(() => {
    if (connection === null) return undefined;
    let current = true;
    const ask = async (): Promise<void> => {
      const before = latest.current?.connection === connection ? latest.current : null;
      const known = before?.names ? before.digest : null;
      const reply = await call('structure', { connection, known });
      if (!current) return;
      const told = reply.ok
        ? {
            ...reply.value,
            names: reply.value.names ?? (reply.value.digest === known ? before?.names : null) ?? null,
          }
        : { digest: null, takenAt: null, problem: 'the app does not answer', names: null };
      latest.current = { connection, ...told };
      setStructure(latest.current);
    };
    void ask();
    return () => {
      current = false;
    };
  }, [connection]);
  return structure?.connection === connection ? structure : null;
}
