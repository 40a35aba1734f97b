import * as v from 'valibot';
import { TotalsShape, type Totals } from './shape';

const STORED = 'local-host.meter-mark';

/** The sums when measuring began, unless the host has started anew since (its sums are smaller then). */
export function storedMark(now: Totals): Totals | undefined {
  const text = window.sessionStorage.getItem(STORED);
  if (text === null) return undefined;
  const mark = v.safeParse(TotalsShape, JSON.parse(text));
  return mark.success && mark.output.invocations <= now.invocations ? mark.output : undefined;
}

/** Begins to measure. */
export const storeMark = (now: Totals): void => window.sessionStorage.setItem(STORED, JSON.stringify(now));
