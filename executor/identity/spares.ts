import type { PoolClient } from 'pg';

/** A login that no execution has yet: sealed, with its one session. */
export interface Spare {
  readonly name: string;
  readonly client: PoolClient;
  /** Ends the session and gives the login up, under every name that it may have by now. */
  discard(...names: readonly string[]): void;
}

/** Keeps spares ready. */
export interface Spares {
  /** The oldest spare that can be used, or null. It is the caller's from here on. */
  take(): Spare | null;
  /** Makes spares where too few are left; never two batches at a time. Does not wait, never throws. */
  refill(): void;
  /** Gives all up; resolves when none is being made. */
  close(): Promise<void>;
}

/** How long a spare is kept: settings that were made for logins, roles or the database count from its beginning. */
export const spareSeconds = 600;

/**
 * Keeps at most `most` spares. A batch is made when at most half are left, because several cost little more than one.
 * A spare whose session ends by itself (the server went away) is forgotten, and not replaced before the next refill.
 */
export function createSpares(deps: {
  readonly most: number;
  /** Makes that many; rejects when the database is away or refuses. Then it is tried at the next refill. */
  readonly make: (count: number) => Promise<readonly Spare[]>;
  /** Whether the database may be used just now. */
  readonly wanted: () => boolean;
  readonly fault: (error: unknown) => void;
}): Spares {
  let spares: { readonly spare: Spare; readonly madeAt: number }[] = [];
  let making: Promise<void> | null = null;
  let closed = false;

  const forget = (spare: Spare): void => {
    spares = spares.filter((one) => one.spare !== spare);
  };
  const dropOld = (): void => {
    const now = performance.now();
    for (const { spare, madeAt } of spares) {
      if (now - madeAt < spareSeconds * 1_000) continue;
      forget(spare);
      spare.discard(spare.name);
    }
  };
  const make = async (): Promise<void> => {
    const made = await deps.make(deps.most - spares.length);
    for (const spare of made) {
      if (closed) {
        spare.discard(spare.name);
        continue;
      }
      spares.push({ spare, madeAt: performance.now() });
      spare.client.once('end', () => {
        if (!spares.some((one) => one.spare === spare)) return;
        forget(spare);
        spare.discard(spare.name);
      });
    }
  };
  return {
    take() {
      dropOld();
      return spares.shift()?.spare ?? null;
    },
    refill() {
      dropOld();
      if (closed || making !== null || spares.length > deps.most / 2 || !deps.wanted()) return;
      if (spares.length >= deps.most) return;
      making = make()
        .catch(deps.fault)
        .finally(() => (making = null));
    },
    async close() {
      closed = true;
      await making;
      for (const { spare } of spares.splice(0)) spare.discard(spare.name);
    },
  };
}
