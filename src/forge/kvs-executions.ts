import kvs, { Sort } from '@forge/kvs';
import * as v from 'valibot';
import { ExecutionKind } from '#core/protocol/order';
import type { Execution, Executions } from '../app/ports';

/** Custom entity of the manifest: one dispatch record per (issue, revision, kind). */
const executionEntity = 'execution';

/** Results of one query. Platform: 100. */
const maxPage = 100;

interface ExecutionRecord {
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

const StoredExecution = v.pipe(
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
  v.transform(({ note, ...rest }): Execution => ({ ...rest, note: note === '' ? null : note })),
);

/** Key of a dispatch record. */
export function executionKey({
  issueId,
  revision,
  kind,
}: Pick<Execution, 'issueId' | 'revision' | 'kind'>): string {
  return `${issueId}:${revision}:${kind}`;
}

/** The stored form; `open` is what the sweep's index partitions by. */
export function executionRecord(execution: Execution): ExecutionRecord {
  return { ...execution, open: execution.phase !== 'final', note: execution.note ?? '' };
}

/** Dispatch records in Forge's key-value store. */
export const kvsExecutions: Executions = {
  async read(issueId, revision, kind) {
    const stored = await kvs
      .entity<ExecutionRecord>(executionEntity)
      .get(executionKey({ issueId, revision, kind }));
    return stored === undefined ? undefined : v.parse(StoredExecution, stored);
  },
  async save(execution) {
    await kvs
      .entity<ExecutionRecord>(executionEntity)
      .set(executionKey(execution), executionRecord(execution));
  },
  async open(limit) {
    const found: Execution[] = [];
    let cursor: string | undefined;
    do {
      const query = kvs
        .entity<ExecutionRecord>(executionEntity)
        .query()
        .index('by-open', { partition: [true] })
        .sort(Sort.ASC)
        .limit(Math.min(limit - found.length, maxPage));
      const page = await (cursor === undefined ? query : query.cursor(cursor)).getMany();
      found.push(...page.results.map(({ value }) => v.parse(StoredExecution, value)));
      cursor = page.nextCursor;
    } while (cursor !== undefined && found.length < limit);
    return found;
  },
};
