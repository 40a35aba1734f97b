import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Bytes read after which the pieces that were read are given back. */
const every = 4 * 1_024 * 1_024;

type Collect = (options: { type: 'minor' }) => void;

let collect: Collect | null = null;

/** The engine's own collection of what is young: a millisecond. It is asked for once, since it is behind a flag. */
function collector(): Collect {
  if (collect === null) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as Collect;
    setFlagsFromString('--no-expose-gc');
  }
  return collect;
}

/**
 * Gives back the pieces of a stream that are read and forgotten. Each is 64 KB outside the heap and a few words in it,
 * so by itself the engine would let tens of megabytes of them stand until the heap asks for a collection.
 * @returns takes the length of each piece
 */
export function spentPieces(): (bytes: number) => void {
  let spent = 0;
  return (bytes) => {
    spent += bytes;
    if (spent < every) return;
    spent = 0;
    collector()({ type: 'minor' });
  };
}
