import { createHash } from 'node:crypto';
import { escapeIdentifier, type PoolClient } from 'pg';
import * as v from 'valibot';
import type { OrderClaims } from '#core/protocol/order';
import { keptRowsPartSql, keptRowsSql } from '../postgres/kept-rows';
import { send } from '../run/table-counters';
import { ImageHead, type KeptRow, readLine } from './image';

const Size = v.nullable(
  v.object({ parts: v.number(), rows: v.number(), bytes: v.number(), sha256: v.string() }),
);

/** The kept rows of a change, checked against their hash. */
export interface Image {
  readonly head: ImageHead;
  /** The rows, last first, part by part: memory is bounded by a part. */
  backwards(): AsyncGenerator<readonly KeptRow[]>;
}

async function replyTo(client: PoolClient, claims: OrderClaims, sql: string): Promise<unknown> {
  const role = `set local role ${escapeIdentifier(claims.content.role)}`;
  const results = await send(client, ['set local role none', sql, role]);
  const rows = results.flatMap((result) => result.rows as { reply?: unknown }[]);
  return rows.find((row) => 'reply' in row)?.reply ?? null;
}

/**
 * Opens the kept rows of the change that this order rolls back.
 * @returns null when they are not there, or no longer; `damaged` when they are not those that the order names
 */
export async function openImage(client: PoolClient, claims: OrderClaims): Promise<Image | 'damaged' | null> {
  const size = v.parse(Size, await replyTo(client, claims, keptRowsSql(claims)));
  if (!size) return null;
  const part = async (at: number): Promise<Buffer> => {
    const content = await replyTo(client, claims, keptRowsPartSql(claims, at));
    return Buffer.isBuffer(content) ? content : Buffer.alloc(0);
  };
  const linesOf = (content: Buffer): string[] => content.toString('utf8').split('\n').slice(0, -1);
  const hash = createHash('sha256');
  let first = '';
  for (let at = 0; at < size.parts; at += 1) {
    const content = await part(at);
    if (at === 0) first = linesOf(content)[0] ?? '';
    hash.update(content);
  }
  const sha256 = hash.digest('hex');
  if (sha256 !== size.sha256 || sha256 !== claims.beforeImageSha256) return 'damaged';
  return {
    head: v.parse(ImageHead, JSON.parse(first)),
    async *backwards() {
      for (let at = size.parts - 1; at >= 0; at -= 1) {
        const lines = linesOf(await part(at));
        yield lines
          .slice(at === 0 ? 1 : 0)
          .toReversed()
          .map(readLine);
      }
    },
  };
}
