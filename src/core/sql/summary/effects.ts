import type { StatementFacts } from '../facts/statement-facts';
import type { Lock } from '../locks/book';
import { atLeast, whoWaits } from '../locks/modes';
import { nameText } from '../tree/names';
import { listed } from './words';

/** What a statement does to others and to whole tables, in sentences: locks, rewrites, scans, no way back. */
export function effectSentences(statement: StatementFacts): readonly string[] {
  return [...lockSentences(statement), ...tableSentences(statement)];
}

/** Locks that others feel; readers and writers of the same rows wait for each other in any case. */
function lockSentences({ locks, unseen }: StatementFacts): string[] {
  const felt = locks.filter(
    ({ mode, object }) => object === 'relation' && atLeast(mode, 'SHARE UPDATE EXCLUSIVE'),
  );
  const modes = [...new Set(felt.map(({ mode }) => mode))];
  const lines = modes.map((mode) => {
    const here = felt.filter((lock) => lock.mode === mode).map(lockName);
    return `Locks ${listed(here)} in ${mode}: ${whoWaits(mode)}.`;
  });
  return unseen.length > 0 ? [...lines, `Not known: ${listed(unseen, 4)}.`] : lines;
}

const lockName = (lock: Lock): string =>
  lock.why === 'named' ? nameText(lock) : `${nameText(lock)} (${lock.why})`;

function tableSentences({ rewrites, scans, nonTransactional, reversible }: StatementFacts): string[] {
  const lines = rewrites.map((effect) => `Writes ${nameText(effect)} anew: ${effect.why}.`);
  const onlyRead = scans.filter((scan) => !rewrites.some((other) => nameText(other) === nameText(scan)));
  lines.push(...onlyRead.map((effect) => `Reads all of ${nameText(effect)}: ${effect.why}.`));
  if (nonTransactional !== null) lines.push(`Runs outside a transaction (${nonTransactional}).`);
  if (reversible.how === 'lost' || reversible.how === 'unknown') lines.push(`Undo: none; ${reversible.why}.`);
  return lines;
}
