import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import { parse as parseYaml } from 'yaml';
import {
  AccountId,
  ConnectionKey,
  Environment,
  ExecutionLimits,
  Identifier,
  LedgerMode,
  Sha256Hex,
} from '#core/protocol/claims';
import { Schedule } from '#core/schedule/windows';
import { PublicJwk } from '#core/protocol/jwk';
import { refuse, ok, type Result } from '#core/result';
import { Evidence, hasUsableEvidence } from './evidence-config';
import { OrderReview } from './review-config';
import { isSecure, Tls, tlsProblem, withTls } from './tls';

const Milliseconds = v.pipe(v.number(), v.integer(), v.minValue(1));
const Seconds = v.pipe(v.number(), v.integer(), v.minValue(1));
const RoleName = v.pipe(v.string(), v.minLength(1), v.maxLength(63));

/** A class of data, such as `personal`. */
const DataClass = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'expected a class such as "personal"'),
);

const PostgresUrl = v.pipe(
  v.string(),
  v.url('expected a postgres:// URL'),
  v.regex(/^postgres(ql)?:\/\//, 'expected a postgres:// URL'),
);

/** What leaves for elsewhere goes over TLS, except to this machine. */
const OutsideUrl = v.pipe(
  v.string(),
  v.url(),
  v.check((url) => {
    const { protocol, hostname } = new URL(url);
    return (
      protocol === 'https:' || (protocol === 'http:' && /^(127\.0\.0\.1|localhost|\[::1\])$/.test(hostname))
    );
  }, 'expected https:// (http:// only to this machine)'),
);

/** An app installation whose orders are accepted. Keys and receipt URL stand here and are never taken from an order. */
export const TrustedApp = v.strictObject({
  installation: Identifier,
  /** Two keys may overlap while the app rotates. */
  keys: v.pipe(v.array(PublicJwk), v.minLength(1)),
  receiptUrl: OutsideUrl,
  /** SHA-256 of the one-time enrolment token that an admin pasted into the app. */
  enrolmentTokenSha256: v.optional(Sha256Hex),
});
export type TrustedApp = v.InferOutput<typeof TrustedApp>;
/** What a configuration file, or the admin page's block for `executor enrol`, says of an app. */
export type TrustedAppInput = v.InferInput<typeof TrustedApp>;

/** As whom approved SQL runs. */
const IdentityMode = v.variant('mode', [
  /**
   * A login of its own for each execution, made by `url` and dropped afterwards. PostgreSQL 16 and newer. `spares`: so many
   * are made before there is an execution for them. Default: the connection's `concurrency`.
   */
  v.strictObject({
    mode: v.literal('per-execution'),
    spares: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(64))),
  }),
  /**
   * One of `logins` that `executor init` has made: for PostgreSQL 15, and where the executor may not have CREATEROLE. Each has
   * one session, which serves one execution at a time. Default: four for each of `concurrency`.
   */
  v.strictObject({
    mode: v.literal('pooled'),
    logins: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(256))),
  }),
  /** `url` itself. Approved SQL can undo SET ROLE; nothing can be fenced. */
  v.strictObject({ mode: v.literal('shared') }),
]);

/** How a connection runs approved SQL, with what it has not said. */
function identityOf(
  identity: v.InferOutput<typeof IdentityMode> | undefined,
  { writable, clone, concurrency }: { writable: boolean; clone: boolean; concurrency: number },
) {
  if (identity === undefined)
    return writable || clone ? { mode: 'per-execution' as const } : { mode: 'shared' as const };
  if (identity.mode !== 'pooled') return identity;
  return { mode: identity.mode, logins: identity.logins ?? 4 * concurrency };
}

const Connection = v.pipe(
  v.strictObject({
    key: ConnectionKey,
    name: v.pipe(v.string(), v.minLength(1), v.maxLength(100)),
    environment: Environment,
    dataClasses: v.optional(v.array(v.string()), []),
    /**
     * The executor's own login. What it needs depends on `identity`: with a login per execution it makes those (CREATEROLE,
     * ADMIN OPTION on `role`) and never runs approved SQL; with pooled ones it opens and closes those, as a member of them and
     * of `role`, and never runs it either; with a shared one it runs it, as a member of `role`.
     */
    url: PostgresUrl,
    /** Default: a login per execution where changes are taken, else shared. */
    identity: v.optional(IdentityMode),
    /** Default: `verify-full`, and nothing to this machine itself. */
    tls: v.optional(Tls),
    /** Login that may install the ledger schema; used by `executor init --apply` only. Default: `url`. */
    adminUrl: v.optional(PostgresUrl),
    role: RoleName,
    searchPath: v.optional(v.string(), 'public'),
    /** What approvers see, and below it the load of the server, which is the executor's own affair. */
    limits: v.strictObject({
      ...ExecutionLimits.entries,
      /** Log that the server may write while a change runs; more ends the change. Absent: any amount. */
      maxWalBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      /** A change begins only while no replica or replication slot is further behind. Absent: nobody asks. */
      maxReplicaLagBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      /** The same by the time that replicas say they need; a replica that is not connected says nothing. */
      maxReplicaLagSeconds: v.optional(v.pipe(v.number(), v.minValue(0.1))),
      /** How long a change waits for them before it is refused; never beyond its `startBy`. */
      replicaLagWaitSeconds: v.optional(
        v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(3_600)),
        60,
      ),
    }),
    ledgerMode: v.optional(LedgerMode, 'target'),
    writable: v.optional(v.boolean(), false),
    results: v.optional(v.picklist(['public', 'restricted']), 'restricted'),
    minimumApprovals: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100)), 1),
    /** Default: true for prod. */
    protected: v.optional(v.boolean()),
    /** Refuses changes whose structure was not recorded at submission. Default: true when protected. */
    requireSchemaDigest: v.optional(v.boolean()),
    /**
     * Whether changes may be tried without being kept. `with-approvals` asks for the approvals that running them needs.
     * Default: allowed, but `with-approvals` on the database of a protected connection, where nothing may run before.
     */
    dryRun: v.optional(v.picklist(['allowed', 'with-approvals', 'refused'])),
    /** Key of the connection to a copy, where dry runs of this connection's changes run instead. */
    dryRunOn: v.optional(ConnectionKey),
    /** This is a copy of a database for dry runs: they may write, and no change is ever applied here. */
    clone: v.optional(v.boolean(), false),
    /** The executor's own list; required for a protected connection. */
    approvers: v.optional(v.array(AccountId), []),
    /** What the executor's own review of the texts refuses. */
    review: v.optional(OrderReview, {}),
    /** Takes only changes that succeeded in a lower environment before. Absent: nothing is asked for. */
    evidence: v.optional(Evidence),
    /** How long after the apply a rollback is accepted. */
    rollbackWindowSeconds: v.optional(Seconds, 24 * 60 * 60),
    /**
     * What is kept of the rows of a change that is to be undone by itself: at most, and for how long (default: the
     * rollback window). Part of the plan that approvers see.
     */
    beforeImages: v.optional(
      v.strictObject({
        maxRows: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(10_000_000)), 100_000),
        maxBytes: v.optional(
          v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 30)),
          64 * 1024 * 1024,
        ),
        keepHours: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(366 * 24))),
      }),
      {},
    ),
    /** When changes may run, by the clock of the database. None: always. A rollback waits for no window. */
    windows: v.optional(Schedule.entries.windows, []),
    /** When none may, whatever the windows say. */
    freezes: v.optional(Schedule.entries.freezes, []),
    /** Orders that run at the same time. */
    concurrency: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(32)), 4),
    /**
     * Columns whose values do not leave: `schema.table.column`, or `schema.table.*`, to a class of data. As soon as one
     * class is masked, values of unknown origin are masked too.
     */
    labels: v.optional(
      v.record(
        v.pipe(
          v.string(),
          v.regex(/^[^.]+\.[^.]+\.[^.]+$/, 'expected schema.table.column, or schema.table.*'),
        ),
        DataClass,
      ),
      {},
    ),
    /** Classes that are masked. Default: every class that a label names. */
    mask: v.optional(v.array(DataClass)),
    /** Results may be written to files at the executor. Absent: they may not. */
    exports: v.optional(
      v.strictObject({
        /** A larger result fails, and leaves no file. */
        maxBytes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1_000_000_000),
        maxRows: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 20_000_000),
        /** How long a file is kept. */
        keepHours: v.optional(v.pipe(v.number(), v.minValue(0.001), v.maxValue(24 * 90)), 24),
        /** In place of the statement timeout; `endBy` of the order ends it anyhow. */
        timeoutSeconds: v.optional(Seconds, 300),
        /** Folder of the files. Default: `exports` below `stateDir`. */
        dir: v.optional(v.pipe(v.string(), v.minLength(1))),
      }),
    ),
    /** How often, and after how long, DDL that did not get a lock within `limits.lockTimeoutMs` is tried again. */
    lockRetry: v.optional(
      v.strictObject({
        /** Tries at most; 1: it is not tried again. */
        tries: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(20)), 5),
        /** Pause before the second try; it doubles from try to try, up to a minute, and varies by half. */
        backOffMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(10), v.maxValue(60_000)), 2_000),
      }),
      {},
    ),
    /** Accepts a superuser or CREATEROLE login, which approved SQL could use against the ledger. Development only. */
    allowPrivilegedLogin: v.optional(v.boolean(), false),
  }),
  v.check(
    (c) => c.environment !== 'prod' || !c.allowPrivilegedLogin,
    'a prod connection never takes a privileged login',
  ),
  v.check((c) => !c.writable || c.ledgerMode === 'target', 'a writable connection needs ledgerMode "target"'),
  v.check(
    (c) => !c.writable || c.minimumApprovals >= 1,
    'a writable connection needs minimumApprovals of at least 1',
  ),
  v.check(
    (c) => (c.mask ?? []).every((dataClass) => Object.values(c.labels).includes(dataClass)),
    'mask names a class that no label has',
  ),
  v.check(
    (c) => tlsProblem(c.url, c.tls) === null,
    ({ input: { url, tls } }) => tlsProblem(url, tls) ?? '',
  ),
  v.check((c) => !c.clone || !c.writable, 'a clone takes no changes: leave "writable" out'),
  v.transform(({ protected: guarded, identity, beforeImages: { keepHours, ...kept }, ...c }) => ({
    ...c,
    protected: guarded ?? c.environment === 'prod',
    identity: identityOf(identity, c),
    beforeImages: {
      ...kept,
      keepHours: keepHours ?? Math.min(Math.ceil(c.rollbackWindowSeconds / 3_600), 366 * 24),
    },
  })),
  v.transform(({ requireSchemaDigest: required, review, ...c }) => ({
    ...c,
    requireSchemaDigest: required ?? c.protected,
    review: { ...review, refuse: review.refuse ?? (c.protected ? ('error' as const) : ('none' as const)) },
  })),
  v.check(
    (c) => !c.protected || isSecure(c.url, c.tls),
    'a protected connection checks whom it talks to: tls must be "verify-full"',
  ),
  v.check(
    (c) => !(c.protected && c.writable && c.identity.mode === 'shared'),
    'a protected connection that takes changes never shares a login: identity must be "per-execution" or "pooled"',
  ),
  v.check(
    (c) => !c.protected || c.dryRun !== 'allowed' || c.dryRunOn !== undefined,
    'nothing runs on a protected database before it is approved: dryRun "with-approvals", or dryRunOn a copy',
  ),
  v.transform(({ dryRun, ...c }) => ({
    ...c,
    dryRun: dryRun ?? (c.protected && c.dryRunOn === undefined ? 'with-approvals' : 'allowed'),
  })),
);
/** One database that orders may name, after parsing. */
export type ConnectionConfig = v.InferOutput<typeof Connection>;

/** The limits of a connection that approvers see. */
export function approvedLimits({ limits }: ConnectionConfig): ExecutionLimits {
  const { statementTimeoutMs, lockTimeoutMs, maxResultRows, maxResultBytes } = limits;
  return { statementTimeoutMs, lockTimeoutMs, maxResultRows, maxResultBytes };
}

/** Requests a second in the long run, and at once. */
const rate = (perSecond: number, burst: number) =>
  v.optional(
    v.strictObject({
      perSecond: v.optional(v.pipe(v.number(), v.minValue(0.1), v.maxValue(100_000)), perSecond),
      burst: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000)), burst),
    }),
    {},
  );

const distinct = (names: readonly string[]): boolean => new Set(names).size === names.length;

const addressOf = ({ url }: ConnectionConfig): string => {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || '5432'}${pathname}`;
};

/** True unless `dryRunOn` names something else than a copy that may stand in for the connection's own database. */
function hasUsableCopy(connection: ConnectionConfig, all: readonly ConnectionConfig[]): boolean {
  if (connection.dryRunOn === undefined) return true;
  const copy = all.find(({ key }) => key === connection.dryRunOn);
  return (
    copy !== undefined &&
    copy !== connection &&
    (copy.clone || (!copy.protected && copy.writable)) &&
    copy.role === connection.role &&
    copy.searchPath === connection.searchPath &&
    addressOf(copy) !== addressOf(connection)
  );
}

const Settings = v.strictObject({
  executorId: Identifier,
  listen: v.optional(
    v.strictObject({
      host: v.optional(v.string(), '127.0.0.1'),
      port: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)), 0),
    }),
    {},
  ),
  /**
   * A second address for metrics and audit, which anybody who reaches it may read. Off by default; in a container it
   * may have to be other than loopback, and then the network has to keep others out.
   */
  private: v.optional(
    v.strictObject({
      host: v.optional(v.string(), '127.0.0.1'),
      port: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65_535)),
    }),
  ),
  /** Address under which people's browsers reach this executor for result files. Default: the one it listens at. */
  publicUrl: v.optional(OutsideUrl),
  /** Folder for the signing key and, with an embedded state database, its files. */
  stateDir: v.pipe(v.string(), v.minLength(1)),
  /**
   * The executor's own database. `embedded` runs one below `stateDir`; `durable` declares that this folder outlives the
   * process, the container and the machine.
   */
  state: v.union([
    v.strictObject({ url: PostgresUrl, tls: v.optional(Tls) }),
    v.strictObject({ embedded: v.literal(true), durable: v.optional(v.boolean(), false) }),
  ]),
  trustedApps: v.pipe(
    v.array(TrustedApp),
    v.check((apps) => distinct(apps.map((app) => app.installation)), 'an installation is listed twice'),
  ),
  connections: v.pipe(
    v.array(Connection),
    v.check(
      (connections) => distinct(connections.map((connection) => connection.key)),
      'a connection key is listed twice',
    ),
    v.check(
      (connections) => connections.every((connection) => hasUsableCopy(connection, connections)),
      'dryRunOn names another connection, a clone or unprotected and writable, with the same role and search path at another address',
    ),
    v.check(
      (connections) => connections.every((connection) => hasUsableEvidence(connection, connections)),
      'evidence comes from lower environments only; without "executor", from a connection listed here, in that environment, that is no clone',
    ),
  ),
  limits: v.optional(
    v.strictObject({
      /** Longest `endBy - startBy` an order may ask for. */
      maxRunSeconds: v.optional(Seconds, 60 * 60),
      /** Tries of one order after a serialization failure or deadlock. */
      maxTransactionTries: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10)), 3),
      /** How long after `endBy` we go on asking an unreachable target before the outcome is called unknown. */
      unknownAfterSeconds: v.optional(Seconds, 300),
      /** Patience after a cancel before a backend is terminated. */
      terminateAfterMs: v.optional(Milliseconds, 2_000),
      /** Orders that run at the same time in this process, over all connections. */
      maxRunning: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1_000)), 64),
      /** How long an executor that does not answer keeps its orders before another takes them over. */
      leaseMs: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1_000), v.maxValue(600_000)), 15_000),
      /** Patience of a stop for running changes. */
      drainMs: v.optional(Milliseconds, 30_000),
      /** Requests to the public address. An app sends one or two for a change, and then asks now and then. */
      requests: v.optional(
        v.strictObject({
          perInstallation: rate(100, 2_000),
          overall: rate(300, 4_000),
          /** Requests without a good signature that get an answer of their own and a line in the log. */
          strangers: rate(10, 100),
        }),
        {},
      ),
    }),
    {},
  ),
});
const ConfigSchema = v.pipe(
  Settings,
  v.check(
    ({ state }) => !('url' in state) || tlsProblem(state.url, state.tls) === null,
    'state.url asks for less than verify-full: say state.tls: { mode: … }',
  ),
  v.check(
    ({ state, connections }) => 'url' in state || state.durable || !connections.some((one) => one.protected),
    'a protected connection needs state.url, or state.embedded with durable: true when stateDir is on a volume that is not lost with the container or the machine',
  ),
);
/** Trusted configuration: parsed, complete, with secrets resolved. */
export type Config = v.InferOutput<typeof ConfigSchema>;
/** What a configuration file may contain. */
export type ConfigInput = v.InferInput<typeof ConfigSchema>;

/** Where `${env:…}` and `${file:…}` in URLs are looked up. */
export interface ConfigSource {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder that `${file:…}` and `stateDir` are relative to. */
  readonly baseDir: string;
}

function substitute(text: string, source: ConfigSource, where: string, errors: string[]): string {
  return text.replaceAll(/\$\{(env|file):([^}]+)\}/g, (_all, kind: string, name: string) => {
    if (kind === 'env') {
      const value = source.env[name];
      if (value === undefined) errors.push(`${where}: environment variable ${name} is not set`);
      return value ?? 'postgres://unset';
    }
    try {
      return readFileSync(resolve(source.baseDir, name), 'utf8').trim();
    } catch {
      errors.push(`${where}: file ${name} cannot be read`);
      return 'postgres://unset';
    }
  });
}

/** Only URLs hold secrets, so only keys that end in `url` are indirect. */
function resolveSecrets(value: unknown, source: ConfigSource, where: string, errors: string[]): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => resolveSecrets(item, source, `${where}.${index}`, errors));
  }
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const path = where === '' ? key : `${where}.${key}`;
      const isUrl = typeof inner === 'string' && /url$/i.test(key);
      return [
        key,
        isUrl ? substitute(inner, source, path, errors) : resolveSecrets(inner, source, path, errors),
      ];
    }),
  );
}

/** Puts into every address how it is protected, so that whoever connects cannot forget it. */
function withAddresses({ state, connections, ...config }: Config, baseDir: string, errors: string[]): Config {
  const fileOf = (tls: v.InferOutput<typeof Tls> | undefined, where: string): string | null => {
    if (tls?.ca === undefined) return null;
    const file = resolve(baseDir, tls.ca);
    if (!existsSync(file)) errors.push(`${where}.tls.ca: the file cannot be read`);
    return file;
  };
  return {
    ...config,
    state:
      'url' in state ? { ...state, url: withTls(state.url, state.tls, fileOf(state.tls, 'state')) } : state,
    connections: connections.map((connection, index) => {
      const { url, adminUrl, tls } = connection;
      const ca = fileOf(tls, `connections.${index}`);
      return {
        ...connection,
        url: withTls(url, tls, ca),
        ...(adminUrl === undefined ? {} : { adminUrl: withTls(adminUrl, tls, ca) }),
      };
    }),
  };
}

/** What is wrong and where, without the value. */
export function problemWords(issue: v.BaseIssue<unknown>, whole: string): string {
  const ours = issue.type === 'check' || issue.type === 'regex' || issue.type === 'url';
  const expected = ours ? issue.message : `expected ${issue.expected}`;
  const said = issue.received === 'undefined' ? 'is missing' : expected;
  return `${v.getDotPath(issue) ?? whole}: ${said}`;
}

/** Parses untrusted configuration; the refusal lists every error at once and never quotes a value. */
export function parseConfig(raw: unknown, source: ConfigSource): Result<Config, readonly string[]> {
  const errors: string[] = [];
  const resolved = resolveSecrets(raw, source, '', errors);
  const parsed = v.safeParse(ConfigSchema, resolved);
  if (!parsed.success) {
    errors.push(...parsed.issues.map((issue) => problemWords(issue, 'configuration')));
  }
  if (source.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0') {
    errors.push('NODE_TLS_REJECT_UNAUTHORIZED=0 switches off the checks of certificates: take it away');
  }
  if (!parsed.success || errors.length > 0) return refuse(errors);
  const config = withAddresses(parsed.output, source.baseDir, errors);
  if (errors.length > 0) return refuse(errors);
  return ok({ ...config, stateDir: resolve(source.baseDir, config.stateDir) });
}

/**
 * Reads a YAML or JSON file.
 * @returns the errors, one a line to print, when the file cannot be used
 */
export function loadConfig(file: string, env: ConfigSource['env']): Result<Config, readonly string[]> {
  let raw: unknown;
  try {
    raw = parseYaml(readFileSync(file, 'utf8'));
  } catch (error) {
    return refuse([`${file}: ${error instanceof Error ? error.message : String(error)}`]);
  }
  return parseConfig(raw, { env, baseDir: dirname(resolve(file)) });
}
