import * as v from 'valibot';

/** 64 lower-case hexadecimal digits. */
export const Sha256Hex = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, 'expected a SHA-256 in hexadecimal'));

/** Seconds since 1970 (RFC 7519 NumericDate), whole. */
export const NumericDate = v.pipe(v.number(), v.integer(), v.minValue(0));

/** `YYYY-MM-DDThh:mm:ss[.fff…]Z`. */
export const UtcTime = v.pipe(
  v.string(),
  v.isoTimestamp('expected an ISO 8601 time'),
  // valibot also takes a blank for the T, other zones and no seconds; one form keeps signed texts comparable.
  v.regex(/^.{10}T\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/, 'expected an ISO 8601 time in UTC'),
);

/** An Atlassian accountId: opaque, at most 128 characters. */
export const AccountId = v.pipe(v.string(), v.regex(/^[a-zA-Z0-9:._-]{1,128}$/, 'expected an accountId'));

/** A short opaque identifier (issue id, installation ARI, executor id). */
export const Identifier = v.pipe(v.string(), v.minLength(1), v.maxLength(255));

/** Key of a connection. */
export const ConnectionKey = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected a connection key'),
);

/** Environments, lowest first. Their order is the order of promotion. */
export const environments = ['dev', 'qa', 'staging', 'prod'] as const;
export const Environment = v.picklist(environments);
export type Environment = v.InferOutput<typeof Environment>;

/** What identifies a database beyond its address, so that an order cannot reach a look-alike. */
export const TargetIdentity = v.strictObject({
  /** `pg_control_system().system_identifier`, decimal digits. */
  systemIdentifier: v.pipe(v.string(), v.regex(/^\d{1,20}$/)),
  /** `pg_database.oid` of the database. */
  databaseOid: v.pipe(v.number(), v.integer()),
  databaseName: v.pipe(v.string(), v.minLength(1), v.maxLength(63)),
});
export type TargetIdentity = v.InferOutput<typeof TargetIdentity>;

/** True for one database, also when it was renamed meanwhile. */
export function isSameDatabase(
  one: Pick<TargetIdentity, 'systemIdentifier' | 'databaseOid'>,
  other: Pick<TargetIdentity, 'systemIdentifier' | 'databaseOid'>,
): boolean {
  return one.systemIdentifier === other.systemIdentifier && one.databaseOid === other.databaseOid;
}

/** Limits the executor enforces while it runs a change. Part of the digest: approvers saw them. */
export const ExecutionLimits = v.strictObject({
  statementTimeoutMs: v.pipe(v.number(), v.integer(), v.minValue(1)),
  lockTimeoutMs: v.pipe(v.number(), v.integer(), v.minValue(1)),
  maxResultRows: v.pipe(v.number(), v.integer(), v.minValue(0)),
  maxResultBytes: v.pipe(v.number(), v.integer(), v.minValue(0)),
});
export type ExecutionLimits = v.InferOutput<typeof ExecutionLimits>;

const ledgerModes = ['target', 'state', 'none'] as const;
/** Where the executor keeps the proof of execution (design 7): `target` allows writes, `state` reads only. */
export const LedgerMode = v.picklist(ledgerModes);
export type LedgerMode = v.InferOutput<typeof LedgerMode>;
