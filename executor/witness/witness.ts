import { type ChainPlace, isFurther, placeOfReceipt } from './place';
import { openSlots, readWitness, removeForgotten } from './slots';

/** What this executor remembers of its receipt chain outside the state database. */
export interface Witness {
  /** The furthest place that was seen here; null before the first. */
  known(): ChainPlace | null;
  /**
   * Remembers a place of the known chain if it is further than what is known. Resolves when it is on the disk.
   * @throws when it cannot be written; then no receipt of that place may leave
   */
  saw(place: ChainPlace): Promise<void>;
  /** The same with the place of a receipt that is about to leave. */
  lets(receipt: string): Promise<void>;
  close(): Promise<void>;
}

const touchEveryMs = 60_000;

/**
 * Takes up what earlier processes have seen, and goes on from there. `owner`: the number of this process.
 * @throws Error when a witness cannot be read or written
 */
export async function openWitness(stateDir: string, owner: string): Promise<Witness> {
  let known = readWitness(stateDir);
  let onDisk: ChainPlace | null = null;
  let writing: Promise<void> | null = null;
  const slots = openSlots(stateDir, owner);
  const write = async (): Promise<void> => {
    const place = known;
    if (place) await slots.write(place);
    onDisk = place;
  };
  const isOnDisk = (place: ChainPlace): boolean =>
    onDisk !== null && (place.id !== onDisk.id || !isFurther(place, onDisk));
  /** What is seen while one write is under way goes out with the next, however much it is. */
  const saw = async (place: ChainPlace): Promise<void> => {
    if (known === null || (place.id === known.id && isFurther(place, known))) known = place;
    while (!isOnDisk(place)) {
      writing ??= write().finally(() => (writing = null));
      await writing;
    }
  };
  if (known) await saw(known);
  await removeForgotten(stateDir, Date.now());
  const touching = setInterval(() => void slots.touch().catch(() => undefined), touchEveryMs).unref();
  return {
    known: () => known,
    saw,
    lets: async (receipt) => saw(placeOfReceipt(receipt)),
    async close() {
      clearInterval(touching);
      await writing?.catch(() => undefined);
      await slots.close();
    },
  };
}
