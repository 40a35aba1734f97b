import type { EntityDeclaration } from '../manifest';
import { KvsFault } from './fault';

/** Limits of Key-Value Store and Custom Entity Store (limits-kvs-ce, 2026-06-04). */
export const KVS_LIMITS = {
  keyLength: 500,
  valueBytes: 240 * 1024,
  depth: 31,
  operations: 25,
  transactionBytes: 4 * 1024 * 1024,
  pageSize: 100,
  conditions: 100,
} as const;

const KEY = /^(?!\s+$)[a-zA-Z0-9:._\s\-#]+$/;

/** Refuses a key that Forge would refuse. ⚠ The error codes of refused input are not documented. */
export function checkKey(key: string): void {
  if (key.length > KVS_LIMITS.keyLength) {
    throw new KvsFault(400, 'KEY_TOO_LONG', `Key must be at most ${KVS_LIMITS.keyLength} characters`);
  }
  if (!KEY.test(key))
    throw new KvsFault(400, 'INVALID_KEY', `Key "${key}" has characters that are not allowed`);
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  let deepest = 0;
  for (const inner of Object.values(value)) deepest = Math.max(deepest, depthOf(inner));
  return deepest + 1;
}

/** Checks a value and returns its JSON text. */
export function encodeValue(value: unknown): string {
  if (value === undefined || value === null) {
    throw new KvsFault(400, 'INVALID_VALUE', 'Value must be an array, boolean, number, object or string');
  }
  const text = JSON.stringify(value);
  if (Buffer.byteLength(text) > KVS_LIMITS.valueBytes) {
    throw new KvsFault(400, 'MAX_SIZE', `Value must be at most ${KVS_LIMITS.valueBytes} bytes`);
  }
  if (depthOf(value) > KVS_LIMITS.depth) {
    throw new KvsFault(400, 'MAX_DEPTH', `Value must be nested at most ${KVS_LIMITS.depth} levels deep`);
  }
  return text;
}

function fits(type: string, value: unknown): boolean {
  if (type === 'any') return true;
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'float') return typeof value === 'number';
  return typeof value === type;
}

/**
 * Refuses an entity value whose attributes are not declared or have another type.
 * ⚠ Whether Forge refuses undeclared attributes is not documented; we take the strict reading.
 */
export function checkEntityValue(entity: EntityDeclaration, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new KvsFault(400, 'INVALID_VALUE', `Value of entity ${entity.name} must be an object`);
  }
  for (const [name, attribute] of Object.entries(value)) {
    if (attribute === undefined) continue;
    const declared = entity.attributes[name];
    if (declared === undefined) {
      throw new KvsFault(400, 'INVALID_ATTRIBUTE', `Entity ${entity.name} declares no attribute ${name}`);
    }
    if (!fits(declared.type, attribute)) {
      throw new KvsFault(
        400,
        'INVALID_ATTRIBUTE',
        `Attribute ${name} of ${entity.name} must be ${declared.type}`,
      );
    }
  }
}
