import kvs, { Sort } from '@forge/kvs';
import * as v from 'valibot';
import type { OpenChanges } from '../app/ports';
import { type OpenChangeRecord, openChangeEntity } from './kvs-open-change-record';

const Stored = v.object({
  issueId: v.string(),
  issueKey: v.string(),
  tables: v.nullable(v.array(v.string())),
});

/** The index of open changes in Forge's key-value store; the ledger's commits write it. */
export const kvsOpenChanges: OpenChanges = {
  async on(connection, limit) {
    const page = await kvs
      .entity<OpenChangeRecord>(openChangeEntity)
      .query()
      .index('by-connection', { partition: [connection] })
      .sort(Sort.DESC)
      .limit(limit)
      .getMany();
    return {
      changes: page.results.map(({ value }) => v.parse(Stored, value)),
      more: page.nextCursor !== undefined,
    };
  },
};
