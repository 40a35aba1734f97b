import type { EvidencePlace } from '#core/evidence/entry';

/** Custom entity of the manifest: runs of one text in one environment. */
export const evidenceEntity = 'evidence';

/** The record as stored. */
export interface EvidenceRecord {
  version: number;
  entries: unknown;
}

/** Key of the record of a place. */
export const evidenceKey = ({ layoutSha256, environment }: EvidencePlace): string =>
  `${layoutSha256}:${environment}`;
