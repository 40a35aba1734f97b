import kvs, { Sort } from '@forge/kvs';
import * as v from 'valibot';
import type { AnyExecution, Executions } from '../app/ports';
import {
  executionEntity,
  executionKey,
  executionRecord,
  kvsExecutionReader,
  StoredExecution,
  type ExecutionRecord,
} from './kvs-execution-reader';

/** Results of one query. Platform: 100. */
const maxPage = 100;

/** Dispatch records in Forge's key-value store. */
export const kvsExecutions: Executions = {
  ...kvsExecutionReader,
  async save(execution) {
    await kvs
      .entity<ExecutionRecord>(executionEntity)
      .set(executionKey(execution), executionRecord(execution));
  },
  async open(limit) {
    const found: AnyExecution[] = [];
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
