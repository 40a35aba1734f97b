import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import kvs from '@forge/kvs';
import * as v from 'valibot';
import { SchemaSnapshot } from '#core/sql/facts/schema-snapshot';
import type { Snapshots } from '../app/ports';

/** Characters of one part. Platform: 240 KiB a value. */
const partLength = 200 * 1024;
/** Parts of one body: a few hundred KB. An ordinary database needs one. */
const maxParts = 4;
/** A body is never longer than this when it is unpacked, bytes. */
const maxUnpacked = 4 * 1024 * 1024;
/** Bodies that a warm function remembers. */
const maxRemembered = 4;

const headKey = (connection: string): string => `snapshot:${connection}`;
const partKey = (connection: string, part: number): string => `snapshot-part:${connection}:${part}`;

const StoredHead = v.object({
  executor: v.string(),
  digest: v.string(),
  takenAt: v.string(),
  askedAt: v.string(),
  parts: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(maxParts)),
});
const Part = v.object({ digest: v.string(), text: v.string(), parts: StoredHead.entries.parts });

/**
 * Bodies by their digest. The platform may run several installations in one process: a digest is proved before it is
 * stored, so whoever can name one has had the body.
 */
const remembered = new Map<string, SchemaSnapshot>();

function remember(digest: string, body: SchemaSnapshot): SchemaSnapshot {
  remembered.delete(digest);
  remembered.set(digest, body);
  const [oldest] = remembered.keys();
  if (remembered.size > maxRemembered && oldest !== undefined) remembered.delete(oldest);
  return body;
}

/** Brotli at a level that costs milliseconds; the text has many equal words. */
function pack(body: SchemaSnapshot): string {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
  return brotliCompressSync(JSON.stringify(body), { params }).toString('base64');
}

function unpack(text: string): SchemaSnapshot {
  const json = brotliDecompressSync(Buffer.from(text, 'base64'), { maxOutputLength: maxUnpacked });
  return v.parse(SchemaSnapshot, JSON.parse(json.toString('utf8')));
}

async function storedHead(connection: string): Promise<v.InferOutput<typeof StoredHead> | undefined> {
  const stored = v.safeParse(StoredHead, await kvs.get<unknown>(headKey(connection)));
  return stored.success ? stored.output : undefined;
}

async function readPart(connection: string, part: number): Promise<v.InferOutput<typeof Part> | undefined> {
  const stored = v.safeParse(Part, await kvs.get<unknown>(partKey(connection, part)));
  return stored.success ? stored.output : undefined;
}

/** Snapshots in Forge's key-value store: a small head, and the packed body in as many parts as it needs. */
export const kvsSnapshots: Snapshots = {
  async head(connection) {
    const stored = await storedHead(connection);
    if (!stored) return undefined;
    const { parts: _parts, ...head } = stored;
    return head;
  },
  async body(connection, { digest }) {
    const known = remembered.get(digest);
    if (known) return remember(digest, known);
    // One read for most; the rest when the first says that it needs them.
    const texts: string[] = [];
    const first = await readPart(connection, 0);
    if (first?.digest !== digest) return undefined;
    texts.push(first.text);
    const rest = Array.from({ length: first.parts - 1 }, (_, index) => readPart(connection, index + 1));
    for (const part of await Promise.all(rest)) {
      // Somebody keeps another one just now.
      if (part?.digest !== digest) return undefined;
      texts.push(part.text);
    }
    return remember(digest, unpack(texts.join('')));
  },
  async keep(connection, head, body) {
    const before = await storedHead(connection);
    const packed = body && pack(body);
    const count = packed === null ? (before?.parts ?? 0) : Math.ceil(packed.length / partLength);
    if (count > maxParts) return false;
    const transaction = kvs.transact();
    transaction.set(headKey(connection), { ...head, parts: count });
    if (packed !== null) {
      for (let part = 0; part < count; part += 1) {
        const text = packed.slice(part * partLength, (part + 1) * partLength);
        transaction.set(partKey(connection, part), { digest: head.digest, text, parts: count });
      }
      for (let part = count; part < (before?.parts ?? 0); part += 1) {
        transaction.delete(partKey(connection, part));
      }
    }
    await transaction.execute();
    if (body) remember(head.digest, body);
    return true;
  },
  async forget(connections) {
    for (const connection of connections) {
      const keys = Array.from({ length: maxParts }, (_, part) => partKey(connection, part));
      await Promise.all([headKey(connection), ...keys].map((key) => kvs.delete(key)));
    }
  },
};
