import { readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import * as fc from 'fast-check';
import * as v from 'valibot';
import { parse } from 'yaml';
import { DigestInput } from '#core/change/digest';
import type { RollbackPlan } from '#core/change/rollback-plan';
import { ConnectionInfo } from '#core/protocol/connection';
import type { DryRunReport } from '#core/protocol/dry-run';
import { EnrolmentClaims, enrolmentPath, EnrolmentReply, EnrolmentRequest } from '#core/protocol/enrolment';
import { downloadPath, ExportLinkReply, ExportLinkRequest, exportLinksPath } from '#core/protocol/export';
import { OrderClaims } from '#core/protocol/order';
import { ExecutionProgress } from '#core/protocol/progress';
import { ReceiptClaims, ReceiptDelivery, receiptStatuses, ResultBody } from '#core/protocol/receipt';
import { preflightPath, PreflightReply, PreflightRequest } from '#core/protocol/preflight';
import { snapshotPath, SnapshotReply, SnapshotRequest } from '#core/protocol/snapshot';
import { RequestClaims, requestHeader } from '#core/protocol/request';
import {
  ConnectionsReply,
  ErrorReply,
  ExecutionReply,
  executionStates,
  orderContentType,
  paths,
  refusalCodes,
  RevocationRequest,
} from '#core/protocol/transport';
import {
  aConnection,
  aDigestInput,
  anOrder,
  aReceipt,
  aStatement,
  hash,
  installation,
} from '../unit/core/builders';

const Document = v.looseObject({
  openapi: v.literal('3.1.0'),
  paths: v.record(
    v.string(),
    v.record(
      v.string(),
      v.looseObject({
        requestBody: v.optional(v.looseObject({ content: v.record(v.string(), v.unknown()) })),
        responses: v.record(v.string(), v.unknown()),
      }),
    ),
  ),
  components: v.looseObject({
    securitySchemes: v.record(v.string(), v.looseObject({ name: v.string() })),
    schemas: v.record(v.string(), v.record(v.string(), v.unknown())),
  }),
});
const document = v.parse(
  Document,
  parse(readFileSync(new URL('../../docs/protocol/openapi.yaml', import.meta.url), 'utf8')),
);

const ajv = new Ajv2020({ strict: true, strictTypes: false, allowUnionTypes: true });
(addFormats as unknown as (on: Ajv2020) => void)(ajv);
ajv.addSchema({ $id: 'executor', components: document.components }, 'executor');
ajv.addVocabulary(['components']);
const compiled = new Map<string, ValidateFunction>();
function accepts(name: string, value: unknown): boolean {
  const validate = compiled.get(name) ?? ajv.compile({ $ref: `executor#/components/schemas/${name}` });
  compiled.set(name, validate);
  return validate(value);
}

const key = { kty: 'OKP', crv: 'Ed25519', x: 'x'.repeat(43), kid: 'k'.repeat(43) };
const delivery = { receipt: 'a.b.c', result: null };
const nothing = {
  environment: null,
  target: null,
  durability: null,
  startedAt: null,
  finishedAt: null,
  transactionId: null,
};
const progress = {
  step: 2,
  steps: 3,
  stepStartedAt: '2026-11-21T09:40:11.000Z',
  rows: 41,
  phase: { command: 'CREATE INDEX', name: 'building index', done: 5, total: null, unit: 'blocks' },
  lockWait: { sessions: 1, since: '2026-11-21T09:40:11.000Z' },
  heartbeatAt: '2026-11-21T09:40:12.000Z',
};
const dryRunReport: DryRunReport = {
  ranOn: { connection: 'copy', target: { systemIdentifier: '1', databaseOid: 5, databaseName: 'shop' } },
  coarse: false,
  statements: [
    {
      index: 0,
      estimate: { rows: 12, cost: 4.5 },
      locks: [{ relation: 'shop.orders', mode: 'RowExclusiveLock' }],
      triggers: ['shop.orders.note'],
      rewritten: ['shop.orders'],
      walBytes: 4_096,
    },
  ],
  shortened: false,
  constraints: 'held',
  rowBudget: { allowed: 20, affected: 12 },
  leftBehind: { sequences: ['shop.orders_id_seq'], deadRows: 12 },
};
const coarseReport: Partial<DryRunReport> = {
  ranOn: null,
  coarse: true,
  statements: [
    { index: 0, estimate: { rows: 100, cost: null }, locks: [], triggers: [], rewritten: [], walBytes: null },
    { index: 1, estimate: null, locks: [], triggers: [], rewritten: [], walBytes: null },
  ],
  constraints: 'not-reached',
  rowBudget: { allowed: 20, affected: null },
  leftBehind: { sequences: [], deadRows: null },
};
const error = { sqlstate: '23505', condition: 'unique_violation', position: null };

const plan: RollbackPlan = {
  generator: 1,
  statements: [
    { index: 0, action: 'update', table: { schema: 's', name: 't' }, key: ['id'], columns: ['id', 'n'] },
  ],
  maxRows: 10,
  maxBytes: 100,
  keepHours: 24,
};
const snapshotTable = {
  schema: 's',
  name: 't',
  kind: 'table',
  rows: 8_100_000,
  bytes: 8_192,
  columns: [{ name: 'id', type: 'bigint', notNull: true, hasDefault: false, label: null }],
  primaryKey: ['id'],
  indexes: [{ name: 'i', unique: true, columns: ['id', null], partial: false }],
  foreignKeys: [
    {
      name: 'f',
      columns: ['id'],
      toSchema: 's',
      toTable: 'u',
      toColumns: ['id'],
      onDelete: 'cascade',
      onUpdate: 'no action',
    },
  ],
  parents: [{ schema: 's', name: 'p' }],
  partition: true,
  defaultPartition: false,
  triggers: ['g'],
  reads: [],
  sequences: [],
};
const snapshot = { v: 1, serverMajor: 18, searchPath: ['s'], tables: [snapshotTable] };
const unseen = {
  schemaDigest: null,
  schemaShape: null,
  schemaNote: null,
  schemaRefusal: null,
  rollbackPlan: null,
  rollbackRefusal: null,
  exportRefusal: null,
};

/** Each schema of the document beside the one in code, with values that both take. */
const pairs: readonly (readonly [name: string, schema: v.GenericSchema, values: readonly object[]])[] = [
  [
    'Content',
    DigestInput,
    [
      aDigestInput(),
      aDigestInput({ rollback: null }),
      aDigestInput({ rowBudget: 10 }),
      aDigestInput({ schemaDigest: hash('c'), export: { format: 'csv' } }),
      aDigestInput({ export: { format: 'parquet' } }),
      aDigestInput({ schemaDigest: hash('c'), schemaShape: hash('d') }),
      aDigestInput({ rollback: null, rollbackPlan: plan }),
    ],
  ],
  [
    'OrderClaims',
    OrderClaims,
    [
      anOrder(),
      anOrder({ kind: 'rollback', applyReceiptSha256: hash('a'), approvals: [] }),
      anOrder({ kind: 'rollback', applyReceiptSha256: hash('a'), beforeImageSha256: hash('b') }),
      anOrder({ kind: 'dry-run', approvals: [] }),
      anOrder({ evidence: ['a.b.c', 'd.e.f'] }),
    ],
  ],
  [
    'ReceiptClaims',
    ReceiptClaims,
    [
      aReceipt(),
      aReceipt({
        subject: { layoutSha256: hash('1'), undoSha256: hash('2'), verificationSha256: null, shape: null },
      }),
      aReceipt({
        lockTries: [
          { at: '2026-11-21T09:40:12.000Z', statement: 0, sessions: 1 },
          { at: '2026-11-21T09:40:19.000Z', statement: null, sessions: null },
        ],
      }),
      aReceipt({ kind: 'dry-run', durability: null, transactionId: null, dryRun: dryRunReport }),
      aReceipt({ kind: 'dry-run', dryRun: { ...dryRunReport, ...coarseReport } }),
      aReceipt({
        ...nothing,
        status: 'refused',
        attempt: 0,
        reason: { code: 'x', message: 'y' },
        statements: [],
        resultSha256: hash('a'),
      }),
      aReceipt({
        beforeImage: { sha256: hash('a'), rows: 1, bytes: 2, keptUntil: '2026-11-21T10:00:00Z' },
        export: {
          format: 'ndjson',
          sha256: hash('b'),
          bytes: 1,
          rows: 0,
          masked: ['email'],
          expiresAt: '2026-11-21T10:00:00Z',
        },
      }),
      aReceipt({ status: 'failed', statements: [aStatement({ error, command: null, rows: null })] }),
    ],
  ],
  [
    'ResultBody',
    ResultBody,
    [
      {
        v: 1,
        statements: [
          {
            index: 0,
            columns: [{ name: 'a', type: 'int4' }],
            rows: [['1'], [null]],
            truncated: true,
            message: 'm',
          },
        ],
      },
    ],
  ],
  ['ReceiptDelivery', ReceiptDelivery, [delivery, { ...delivery, result: '{}' }]],
  [
    'RequestClaims',
    RequestClaims,
    [
      {
        iss: installation,
        aud: 'e',
        jti: '0123456789abcdef',
        iat: 1,
        exp: 2,
        method: 'GET',
        path: '/v1/x',
        bodySha256: hash('b'),
      },
    ],
  ],
  [
    'ExecutionReply',
    ExecutionReply,
    [
      { jti: hash('a'), state: 'final', delivery },
      { jti: hash('a'), state: 'accepted', delivery: null },
    ],
  ],
  [
    'RevocationRequest',
    RevocationRequest,
    [
      { jti: hash('a'), connection: 'shop-prod' },
      { jti: hash('a'), connection: 'shop-prod', stopRunning: true },
    ],
  ],
  [
    'ExecutionProgress',
    ExecutionProgress,
    [
      progress,
      { ...progress, phase: null, lockWait: null },
      { ...progress, undoes: null },
      { ...progress, undoes: 'shop.orders' },
      { ...progress, lockRetry: { try: 2, tries: 5, sessions: null, nextAt: null } },
      { ...progress, replicaWait: { until: '2026-11-21T09:40:12.000Z' } },
      { ...progress, lockRetry: { try: 3, tries: 5, sessions: 1, nextAt: '2026-11-21T09:40:12.000Z' } },
    ],
  ],
  [
    'ErrorReply',
    ErrorReply,
    [
      { code: 'not-found', message: 'x' },
      { code: 'already-applied', message: 'x', delivery },
      { code: 'malformed', message: 'x', delivery: null },
    ],
  ],
  [
    'ConnectionInfo',
    ConnectionInfo,
    [
      aConnection(),
      aConnection({ evidence: { required: true, environments: ['dev', 'qa'], maxAgeDays: 7 } }),
      aConnection({ target: null, engineVersion: null, problem: 'away' }),
      aConnection({ maskedClasses: ['a'], exports: { maxBytes: 1, maxRows: 1, keepHours: 0.5 } }),
    ],
  ],
  [
    'PreflightRequest',
    PreflightRequest,
    [
      { connection: 'shop-prod', sql: 'select 1', automaticRollback: false, exportFormat: null },
      { connection: 'shop-prod', sql: 'select 1', automaticRollback: true, exportFormat: 'ndjson' },
    ],
  ],
  [
    'PreflightReply',
    PreflightReply,
    [
      { ...unseen, schemaDigest: hash('a'), schemaShape: hash('b'), rollbackPlan: plan },
      { ...unseen, schemaNote: 'a', schemaRefusal: 'b', rollbackRefusal: 'c', exportRefusal: 'd' },
    ],
  ],
  [
    'SnapshotRequest',
    SnapshotRequest,
    [
      { connection: 'shop-prod', known: null },
      { connection: 'shop-prod', known: hash('a') },
    ],
  ],
  [
    'SnapshotReply',
    SnapshotReply,
    [
      { digest: hash('a'), takenAt: '2026-11-21T10:00:00Z', snapshot: null },
      { digest: hash('a'), takenAt: '2026-11-21T10:00:00.123Z', snapshot },
      {
        digest: hash('a'),
        takenAt: '2026-11-21T10:00:00Z',
        snapshot: { ...snapshot, functions: [{ schema: 's', name: 'f' }], domains: [], truncated: true },
      },
    ],
  ],
  ['ExportLinkRequest', ExportLinkRequest, [{ accountId: 'abc:1' }]],
  [
    'ExportLinkReply',
    ExportLinkReply,
    [{ url: 'https://executor.example/v1/downloads/x', expiresAt: '2026-11-21T10:00:00Z' }],
  ],
  ['ConnectionsReply', ConnectionsReply, [{ executorId: 'e', version: '1', connections: [aConnection()] }]],
  [
    'EnrolmentRequest',
    EnrolmentRequest,
    [{ token: 't'.repeat(32), installation, appKid: 'k', receiptUrl: 'https://example.com/r' }],
  ],
  [
    'EnrolmentClaims',
    EnrolmentClaims,
    [
      {
        v: 1,
        iss: 'e',
        aud: installation,
        iat: 1,
        tokenSha256: hash('a'),
        appKid: 'k',
        receiptUrl: 'https://example.com/r',
        executorKey: key,
      },
    ],
  ],
  ['EnrolmentReply', EnrolmentReply, [{ enrolment: 'a.b.c' }]],
];

/** Paths to every member of a value, objects within arrays included. */
function members(value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const path = [...at, Array.isArray(value) ? Number(name) : name];
    return [path, ...members(inner, path)];
  });
}

/** A copy with one member replaced, or without it. */
function changed(value: unknown, [first, ...rest]: readonly (string | number)[], to: unknown): unknown {
  const copy = structuredClone(value) as Record<string | number, unknown>;
  if (first === undefined) return to;
  if (rest.length > 0) copy[first] = changed(copy[first], rest, to);
  else if (to === undefined) delete copy[first];
  else copy[first] = to;
  return copy;
}

describe.each(pairs)('%s', (name, schema, values) => {
  test('takes what the code takes', () => {
    for (const value of values) {
      expect(v.safeParse(schema, value).issues).toBeUndefined();
      expect(accepts(name, value) || compiled.get(name)?.errors).toBe(true);
    }
  });

  test('and refuses what the code refuses, whatever is changed, left out or added', () => {
    const odd = fc.constantFrom(
      undefined,
      null,
      0,
      -1,
      1.5,
      3,
      '',
      'x',
      'Z'.repeat(64),
      hash('a'),
      'a'.repeat(300),
      true,
      [],
      {},
      '2026-11-21 10:00:00Z',
      '2026-11-21T10:00:00Z',
      '/v1',
      'apply',
      'prod',
      'final',
    );
    const value = fc.constantFrom(...values);
    const mutation = value.chain((whole) =>
      fc.tuple(fc.constant(whole), fc.constantFrom(...members(whole)), odd, fc.boolean()),
    );
    fc.assert(
      fc.property(mutation, ([whole, path, to, adds]) => {
        // Holes in arrays are no JSON.
        fc.pre(!(to === undefined && typeof path.at(-1) === 'number'));
        const mutated = adds ? changed(whole, ['added'], 1) : changed(whole, path, to);
        expect({ mutated, accepted: accepts(name, mutated) }).toEqual({
          mutated,
          accepted: v.safeParse(schema, mutated).success,
        });
      }),
      { numRuns: 600 },
    );
  });
});

test('codes and states are those of the code', () => {
  const { schemas } = document.components;
  expect(schemas['RefusalCode']?.['enum']).toEqual([...refusalCodes]);
  const properties = (name: string): Record<string, { enum?: unknown }> =>
    schemas[name]?.['properties'] as Record<string, { enum?: unknown }>;
  expect(properties('ExecutionReply')['state']?.enum).toEqual([...executionStates]);
  expect(properties('ReceiptClaims')['status']?.enum).toEqual([...receiptStatuses]);
});

test('paths, header and content type are those of the code', () => {
  expect(Object.keys(document.paths).toSorted()).toEqual(
    [
      paths.health,
      paths.orders,
      paths.revocations,
      paths.execution('{jti}'),
      paths.connections,
      preflightPath,
      snapshotPath,
      exportLinksPath('{jti}'),
      downloadPath('{token}'),
      enrolmentPath,
    ].toSorted(),
  );
  expect(document.components.securitySchemes['request']?.name).toBe(requestHeader);
  expect(Object.keys(document.paths[paths.orders]?.['post']?.requestBody?.content ?? {})).toEqual([
    orderContentType,
  ]);
});

test('README explains every code', () => {
  const readme = readFileSync(new URL('../../docs/protocol/README.md', import.meta.url), 'utf8');
  expect(refusalCodes.filter((code) => !readme.includes(`| \`${code}\``))).toEqual([]);
});
