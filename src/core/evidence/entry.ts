import * as v from 'valibot';
import { ConnectionKey, type Environment, Identifier, Sha256Hex, UtcTime } from '../protocol/claims';

/** A run that may be evidence: a place to look, which proves nothing. */
export const EvidenceEntry = v.strictObject({
  issueId: Identifier,
  issueKey: Identifier,
  jti: Sha256Hex,
  connection: ConnectionKey,
  at: UtcTime,
});
export type EvidenceEntry = v.InferOutput<typeof EvidenceEntry>;

/** Runs of one text in one environment that are remembered; the oldest goes. */
const maxEvidenceEntries = 5;

/** Where runs of a text, up to layout, in one environment are remembered. */
export interface EvidencePlace {
  readonly layoutSha256: string;
  readonly environment: Environment;
}

/** The list with a run at its front, each run once. */
export function withEntry(entries: readonly EvidenceEntry[], entry: EvidenceEntry): readonly EvidenceEntry[] {
  return [entry, ...entries.filter(({ jti }) => jti !== entry.jti)].slice(0, maxEvidenceEntries);
}
