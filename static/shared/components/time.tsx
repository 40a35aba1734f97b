import { clock } from '../format';

/** A moment, with the exact time in UTC as its title. */
export function Time({ at }: { at: string }) {
  return (
    <time dateTime={at} title={at}>
      {clock(at)}
    </time>
  );
}
