import kvs from '@forge/kvs';
import * as v from 'valibot';
import { DigestInput } from '#core/change/digest';
import { ChangeKind } from '#core/protocol/attempt';
import { OrderClaims } from '#core/protocol/order';
import type { Archive, DryRuns } from '../app/ports';
import { archiveKeys } from './archive-keys';

const StoredOrder = v.object({ ...v.omit(OrderClaims, ['content']).entries, kid: v.string() });
const StoredDelivery = v.object({ jti: v.string(), receipt: v.string(), result: v.nullable(v.string()) });
const StoredReceipt = v.object({ ...StoredDelivery.entries, issueId: v.string(), kind: ChangeKind });

/** Immutable texts in Forge's key-value store; they are written by the ledger's transactions only. */
export const kvsArchive: Archive = {
  async revision(issueId, revision) {
    const stored = await kvs.get<unknown>(archiveKeys.revision(issueId, revision));
    return stored === undefined ? undefined : v.parse(DigestInput, stored);
  },
  async order(jti) {
    const stored = await kvs.get<unknown>(archiveKeys.order(jti));
    return stored === undefined ? undefined : v.parse(StoredOrder, stored);
  },
  async receipt(jti) {
    const stored = await kvs.get<unknown>(archiveKeys.receipt(jti));
    return stored === undefined ? undefined : v.parse(StoredReceipt, stored);
  },
};

/** Texts of the latest dry run of each change, in Forge's key-value store. */
export const kvsDryRuns: DryRuns = {
  content: (issueId) => dryRunText(issueId, 'content', DigestInput),
  order: (issueId) => dryRunText(issueId, 'order', StoredOrder),
  receipt: (issueId) => dryRunText(issueId, 'receipt', StoredDelivery),
};

async function dryRunText<T>(
  issueId: string,
  part: string,
  schema: v.GenericSchema<unknown, T>,
): Promise<T | undefined> {
  const stored = await kvs.get<unknown>(archiveKeys.dryRun(issueId, part));
  return stored === undefined ? undefined : v.parse(schema, stored);
}
