import kvs from '@forge/kvs';
import * as v from 'valibot';
import { EvidenceEntry, type EvidencePlace } from '#core/evidence/entry';
import type { EvidenceIndex } from '../app/ports';
import { evidenceEntity, evidenceKey, type EvidenceRecord } from './kvs-evidence-record';

const Stored = v.object({ version: v.number(), entries: v.array(EvidenceEntry) });

/** Where runs of a text are remembered, in Forge's key-value store; written by the ledger's transactions only. */
export const kvsEvidence: EvidenceIndex = {
  async read(place: EvidencePlace) {
    const stored = await kvs.entity<EvidenceRecord>(evidenceEntity).get(evidenceKey(place));
    return stored === undefined ? { version: 0, entries: [] } : v.parse(Stored, stored);
  },
  async find(place) {
    return (await kvsEvidence.read(place)).entries;
  },
};
