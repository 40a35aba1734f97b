import * as v from 'valibot';
import { ConnectionKey, Environment } from '../protocol/claims';
import { Analysis } from './analysis';

/** What the review says of a draft exactly as it is stored, and what that was said under. */
export const DraftVerdict = v.strictObject({
  connection: ConnectionKey,
  environment: Environment,
  analysis: Analysis,
  /** Why the draft may not be submitted, in words; null when it may. */
  refusal: v.nullable(v.string()),
});
export type DraftVerdict = v.InferOutput<typeof DraftVerdict>;

/** What a verdict is made under; with another of these it says nothing. */
export interface VerdictPlace {
  readonly connection: string;
  readonly environment: Environment;
  readonly analyser: string;
}

/** The verdict if it was made under `place`; null when there is none, or when it has gone stale. */
export function currentVerdict(verdict: DraftVerdict | null, place: VerdictPlace): DraftVerdict | null {
  const current =
    verdict?.connection === place.connection &&
    verdict.environment === place.environment &&
    verdict.analysis.analyser === place.analyser;
  return current ? verdict : null;
}
