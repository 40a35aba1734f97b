import * as v from 'valibot';
import type { Clock } from '../clock';
import type { EntityDeclaration } from '../manifest';
import { FiltersSchema, passes } from './conditions';
import { KvsFault } from './fault';
import { checkEntityValue, checkKey, encodeValue, KVS_LIMITS } from './limits';
import { EntityQuerySchema, queryEntities, queryKeys, QuerySchema, showRecord } from './query';
import type { KvsRecord, KvsStore } from './store';

/** What an operation answers: JSON or nothing, and the JSON bytes it read and wrote. */
export interface KvsReply {
  readonly body?: unknown;
  readonly readBytes: number;
  readonly writtenBytes: number;
}

const Ttl = v.object({
  value: v.pipe(v.number(), v.minValue(1)),
  unit: v.picklist(['SECONDS', 'MINUTES', 'HOURS', 'DAYS']),
});
const SetOptions = v.object({
  ttl: v.optional(Ttl),
  keyPolicy: v.optional(v.picklist(['OVERRIDE', 'FAIL_IF_EXISTS'])),
  returnValue: v.optional(v.picklist(['PREVIOUS', 'LATEST'])),
  returnMetadataFields: v.optional(v.array(v.string())),
});
const GetBody = v.object({
  key: v.string(),
  entityName: v.optional(v.string()),
  options: v.optional(v.unknown()),
});
const SetBody = v.object({
  key: v.string(),
  value: v.unknown(),
  entityName: v.optional(v.string()),
  options: v.optional(SetOptions),
});
const Conditional = { conditions: v.optional(FiltersSchema) };
const TransactionBody = v.object({
  set: v.optional(v.array(v.object({ ...SetBody.entries, ...Conditional })), []),
  delete: v.optional(v.array(v.object({ ...GetBody.entries, ...Conditional })), []),
  check: v.optional(v.array(v.object({ ...GetBody.entries, conditions: FiltersSchema })), []),
});

type SetRequest = v.InferOutput<typeof SetBody>;
type KeyRequest = v.InferOutput<typeof GetBody>;

const TTL_MS = { SECONDS: 1000, MINUTES: 60_000, HOURS: 3_600_000, DAYS: 86_400_000 } as const;

function parse<const S extends v.GenericSchema>(schema: S, body: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, body);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new KvsFault(400, 'INVALID_REQUEST', `${v.getDotPath(issue) ?? 'body'}: ${issue.message}`);
}

const bytesOf = (record: KvsRecord | undefined): number =>
  record === undefined ? 0 : Buffer.byteLength(record.value);

const nameOf = (item: {
  key: string;
  entityName?: string | undefined;
}): { key: string; entityName?: string } =>
  item.entityName === undefined ? { key: item.key } : { key: item.key, entityName: item.entityName };

const readBytesOf = (data: readonly { value: unknown }[]): number =>
  data.reduce((sum, { value }) => sum + Buffer.byteLength(JSON.stringify(value)), 0);

function paged(page: { data: readonly { value: unknown }[]; cursor?: string }): KvsReply {
  return { body: page, readBytes: readBytesOf(page.data), writtenBytes: 0 };
}

/** The operations of the KVS API by path, over one store. Throws KvsFault for what Forge refuses. */
export function createKvsOperations(
  store: KvsStore,
  clock: Clock,
  entities: ReadonlyMap<string, EntityDeclaration>,
): ReadonlyMap<string, (body: unknown) => KvsReply> {
  function entity(name: string | undefined): EntityDeclaration {
    const declared = entities.get(name ?? '');
    if (declared === undefined)
      throw new KvsFault(400, 'INVALID_ENTITY', `The manifest declares no entity ${name ?? ''}`);
    return declared;
  }

  const spaceOf = (request: { entityName?: string | undefined }): string =>
    request.entityName === undefined ? 'kv' : `entity/${entity(request.entityName).name}`;

  /** Checks a set and returns the JSON text that will be stored. */
  function prepare(request: SetRequest): string {
    checkKey(request.key);
    if (request.entityName !== undefined) checkEntityValue(entity(request.entityName), request.value);
    return encodeValue(request.value);
  }

  function expiry(request: SetRequest): number | undefined {
    const ttl = request.options?.ttl;
    return ttl === undefined ? undefined : clock.now() + ttl.value * TTL_MS[ttl.unit];
  }

  function get(space: string, request: KeyRequest): KvsReply {
    checkKey(request.key);
    const record = store.get(space, request.key);
    if (record === undefined) throw new KvsFault(404, 'KEY_NOT_FOUND', `Key ${request.key} was not found`);
    return { body: showRecord(request.key, record), readBytes: bytesOf(record), writtenBytes: 0 };
  }

  function set(space: string, request: SetRequest): KvsReply {
    const text = prepare(request);
    const previous = store.get(space, request.key);
    const options = request.options;
    if (options?.keyPolicy === 'FAIL_IF_EXISTS' && previous !== undefined) {
      throw new KvsFault(409, 'KEY_CONFLICT', `Key ${request.key} exists already`);
    }
    const latest = store.put(space, request.key, text, expiry(request));
    const shown = options?.returnValue === 'PREVIOUS' ? previous : latest;
    const returns = options?.returnValue !== undefined && shown !== undefined;
    return {
      ...(returns ? { body: showRecord(request.key, shown) } : {}),
      readBytes: returns ? bytesOf(shown) : 0,
      writtenBytes: Buffer.byteLength(text),
    };
  }

  function remove(space: string, request: KeyRequest): KvsReply {
    checkKey(request.key);
    store.remove(space, request.key);
    return { readBytes: 0, writtenBytes: 0 };
  }

  /** Each item for itself: one refused item does not stop the others. */
  function batch<T extends { key: string; entityName?: string | undefined }>(
    items: readonly T[],
    one: (space: string, item: T) => KvsReply,
    show: (item: T, reply: KvsReply) => unknown,
  ): KvsReply {
    if (items.length === 0 || items.length > KVS_LIMITS.operations) {
      throw new KvsFault(400, 'INVALID_BATCH', `A batch has 1 to ${KVS_LIMITS.operations} items`);
    }
    const successfulKeys: unknown[] = [];
    const failedKeys: unknown[] = [];
    let readBytes = 0;
    let writtenBytes = 0;
    for (const item of items) {
      try {
        const reply = one(spaceOf(item), item);
        readBytes += reply.readBytes;
        writtenBytes += reply.writtenBytes;
        successfulKeys.push(show(item, reply));
      } catch (error) {
        if (!(error instanceof KvsFault)) throw error;
        failedKeys.push({ ...nameOf(item), error: { code: error.code, message: error.message } });
      }
    }
    return { body: { successfulKeys, failedKeys }, readBytes, writtenBytes };
  }

  function checkConditions(
    request: { key: string; entityName?: string | undefined },
    conditions: v.InferOutput<typeof FiltersSchema>,
  ): number {
    const record = store.get(`entity/${entity(request.entityName).name}`, request.key);
    const value = record === undefined ? undefined : (JSON.parse(record.value) as Record<string, unknown>);
    if (!passes(value, conditions)) {
      // ⚠ Code taken from a public app that handles it; the documentation names no code.
      throw new KvsFault(400, 'CONDITIONAL_CHECK_FAILED', `The conditions on ${request.key} are not met`);
    }
    return bytesOf(record);
  }

  function transact(body: unknown): KvsReply {
    const request = parse(TransactionBody, body);
    const all = [...request.set, ...request.delete, ...request.check];
    if (all.length === 0 || all.length > KVS_LIMITS.operations) {
      throw new KvsFault(
        400,
        'INVALID_TRANSACTION',
        `A transaction has 1 to ${KVS_LIMITS.operations} operations`,
      );
    }
    const names = new Set(all.map((operation) => `${spaceOf(operation)}\0${operation.key}`));
    if (names.size !== all.length) {
      throw new KvsFault(400, 'DUPLICATE_KEY', 'Each key can only be used once in a transaction');
    }
    if (Buffer.byteLength(JSON.stringify(body)) > KVS_LIMITS.transactionBytes) {
      throw new KvsFault(400, 'MAX_SIZE', 'A transaction has at most 4 MB');
    }
    const writes = request.set.map((operation) => ({ operation, text: prepare(operation) }));
    for (const operation of [...request.delete, ...request.check]) checkKey(operation.key);
    let readBytes = 0;
    for (const operation of all) {
      if (operation.conditions !== undefined) readBytes += checkConditions(operation, operation.conditions);
    }
    for (const { operation, text } of writes)
      store.put(spaceOf(operation), operation.key, text, expiry(operation));
    for (const operation of request.delete) store.remove(spaceOf(operation), operation.key);
    return { readBytes, writtenBytes: writes.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0) };
  }

  const entitySpace = (request: { entityName?: string | undefined }): string =>
    `entity/${entity(request.entityName).name}`;
  return new Map<string, (body: unknown) => KvsReply>([
    ['/api/v1/get', (body) => get('kv', parse(GetBody, body))],
    ['/api/v1/set', (body) => set('kv', parse(SetBody, body))],
    ['/api/v1/delete', (body) => remove('kv', parse(GetBody, body))],
    ['/api/v1/secret/get', (body) => get('secret', parse(GetBody, body))],
    ['/api/v1/secret/set', (body) => set('secret', parse(SetBody, body))],
    ['/api/v1/secret/delete', (body) => remove('secret', parse(GetBody, body))],
    ['/api/v1/entity/get', (body) => withEntity(GetBody, body, get)],
    ['/api/v1/entity/set', (body) => withEntity(SetBody, body, set)],
    ['/api/v1/entity/delete', (body) => withEntity(GetBody, body, remove)],
    ['/api/v1/query', (body) => paged(queryKeys(store, parse(QuerySchema, body)))],
    ['/api/v1/entity/query', (body) => queryEntity(parse(EntityQuerySchema, body))],
    ['/api/v1/batch/set', (body) => batch(parse(v.array(SetBody), body), set, nameOf)],
    ['/api/v1/batch/delete', (body) => batch(parse(v.array(GetBody), body), remove, nameOf)],
    [
      '/api/v1/batch/get',
      (body) =>
        batch(parse(v.array(GetBody), body), get, (item, reply) =>
          Object.assign({}, reply.body, nameOf(item)),
        ),
    ],
    ['/api/v1/transaction', transact],
  ]);

  function withEntity<const S extends typeof GetBody | typeof SetBody>(
    schema: S,
    body: unknown,
    one: (space: string, request: v.InferOutput<S>) => KvsReply,
  ): KvsReply {
    const request = parse(schema, body);
    return one(entitySpace(request), request);
  }

  function queryEntity(request: v.InferOutput<typeof EntityQuerySchema>): KvsReply {
    return paged(queryEntities(store, entity(request.entityName), request));
  }
}
