import kvs from '@forge/kvs';
import * as v from 'valibot';
import { ExecutionKind } from '#core/protocol/attempt';
import type { AnyExecution, Executions } from '../app/ports';

/** Custom entity of the manifest: one dispatch record per (issue, revision, kind). */
export const executionEntity = 'execution';

/** The record as stored. */
export interface ExecutionRecord {
  open: boolean;
  updatedAt: string;
  issueId: string;
  issueKey: string;
  revision: number;
  kind: string;
  jti: string;
  try: number;
  phase: string;
  note: string;
}

export const StoredExecution = v.pipe(
  v.object({
    updatedAt: v.string(),
    issueId: v.string(),
    issueKey: v.string(),
    revision: v.number(),
    kind: ExecutionKind,
    jti: v.string(),
    try: v.number(),
    phase: v.picklist(['claimed', 'queued', 'sent', 'waiting', 'final']),
    note: v.string(),
  }),
  v.transform(({ note, ...rest }): AnyExecution => ({ ...rest, note: note === '' ? null : note })),
);

/** Key of a dispatch record. */
export function executionKey({
  issueId,
  revision,
  kind,
}: Pick<AnyExecution, 'issueId' | 'revision' | 'kind'>): string {
  return `${issueId}:${revision}:${kind}`;
}

/** The stored form; `open` is what the sweep's index partitions by. */
export function executionRecord(execution: AnyExecution): ExecutionRecord {
  return { ...execution, open: execution.phase !== 'final', note: execution.note ?? '' };
}

/** Reads dispatch records. Rules and triggers have this half only: what they write is part of a ledger commit. */
export const kvsExecutionReader: Pick<Executions, 'read'> = {
  async read(issueId, revision, kind) {
    const stored = await kvs
      .entity<ExecutionRecord>(executionEntity)
      .get(executionKey({ issueId, revision, kind }));
    return stored === undefined ? undefined : { ...v.parse(StoredExecution, stored), kind };
  },
};
