/** What structures consisted of that were looked at lately: a digest alone cannot say what changed. */
export interface SeenSchemas {
  get(digest: string): ReadonlyMap<string, string> | undefined;
  keep(digest: string, objects: ReadonlyMap<string, string>): void;
}

/** Structures remembered for a connection. Memory only: without it a difference has no name, and is one all the same. */
const maxSeen = 200;

/** Remembers nothing yet; the oldest goes first. */
export function createSeenSchemas(): SeenSchemas {
  const kept = new Map<string, ReadonlyMap<string, string>>();
  return {
    get: (digest) => kept.get(digest),
    keep(digest, objects) {
      kept.delete(digest);
      kept.set(digest, objects);
      const [oldest] = kept.keys();
      if (kept.size > maxSeen && oldest !== undefined) kept.delete(oldest);
    },
  };
}
