const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/**
 * Waits between posts of a receipt: the schedule of Standard Webhooks (about 75 hours), with one fast retry before it
 * for a receiver that was only restarting.
 */
const retryDelaysMs: readonly number[] = [
  500,
  5 * second,
  5 * minute,
  30 * minute,
  2 * hour,
  5 * hour,
  10 * hour,
  14 * hour,
  20 * hour,
  24 * hour,
];

/** Wait after the given number of failed posts, up to a fifth longer by chance; null when it is time to give up. */
export function retryDelayMs(failedPosts: number, random: () => number): number | null {
  const delay = retryDelaysMs[failedPosts - 1];
  return delay === undefined ? null : delay * (1 + random() / 5);
}
