import type { Pause } from './settings';

/** Why nothing is sent, in words for a person. */
export function pauseWords({ at, reason }: Pause, name: string): string {
  const since = `${at.slice(0, 10)} ${at.slice(11, 16)} UTC`;
  const why = reason.replace(/[.\s]+$/u, '');
  return `Dispatch is paused by ${name} since ${since}: ${why}. Nothing is sent to the executor.`;
}
