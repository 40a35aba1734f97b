import kvs from '@forge/kvs';
import * as v from 'valibot';
import { DigestInput } from '#core/change/digest';
import { ExecutionKind } from '#core/protocol/attempt';
import { OrderClaims } from '#core/protocol/order';
import type { Archive } from '../app/ports';
import { archiveKeys } from './archive-keys';

const StoredOrder = v.object({ ...v.omit(OrderClaims, ['content']).entries, kid: v.string() });
const StoredReceipt = v.object({
  jti: v.string(),
  issueId: v.string(),
  kind: ExecutionKind,
  receipt: v.string(),
  result: v.nullable(v.string()),
});

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
