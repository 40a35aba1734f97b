import type { Pool } from 'pg';
import type { TargetIdentity } from '#core/protocol/claims';
import type { ConnectionInfo } from '#core/protocol/connection';
import { approvedLimits, type ConnectionConfig } from '../config';
import { type Halt, haltWords } from '../halt/halts';
import type { Sessions } from '../identity/session';
import { openSessions } from '../identity/open-sessions';
import type { Log } from '../log';
import { labelsOf } from '../masking/labels';
import { createSeenSchemas, type SeenSchemas } from '../schema/seen';
import { getExecutionSql, type LedgerKey, LedgerRow } from './ledger';
import { openPool } from './pool';
import { effectiveLedgerMode, type Probe, probeTarget } from './probe';
import * as v from 'valibot';

/** A target database with its warm connections and what is known of it. */
export interface Target {
  readonly config: ConnectionConfig;
  /** Sessions that run approved text, each for one execution. */
  readonly sessions: Sessions;
  /** Cancels and looks; never waits behind a change, and never runs approved text. */
  readonly control: Pool;
  /** Reads catalogues for people who prepare a change; however many ask, no cancel waits behind them. */
  readonly looks: Pool;
  /** Compares structures with the approved ones; its sessions keep the plan for that. */
  readonly structures: Pool;
  /** Type names by OID, filled as they are met. */
  readonly typeNames: Map<number, string>;
  /** Structures that were looked at lately. */
  readonly seenSchemas: SeenSchemas;
  /** What the last look found; looks again when that was a problem or is old. */
  probe(): Promise<Probe>;
  /** Looks, and makes ahead what orders would wait for. Never throws. */
  warm(): Promise<void>;
  /** Identity that the last successful look found, without looking. */
  knownIdentity(): TargetIdentity | null;
  info(): Promise<ConnectionInfo>;
  /** The local halt that is in force right now, or null. */
  halted(): Halt | null;
  /** The ledger row of an execution, or null. Writable connections only. */
  ledgerRow(key: LedgerKey): Promise<LedgerRow | null>;
  close(): Promise<void>;
}

/** A good probe is believed for this long; the identity is checked again inside every transaction. */
const probeTtlMs = 30_000;

/**
 * Patience with a silent line beyond the longest statement: the opening of a change may wait 30 s in the ledger, and
 * whatever runs too long on the server is cancelled long before. After it the ledger is asked on another line.
 */
const silentForMs = 35_000;
/** Looking and cancelling wait for nobody. */
const controlAnswersWithinMs = 10_000;

/** What a target needs of the executor: its log, and its own reasons not to use the target. */
interface TargetDeps {
  readonly log: Log;
  /** What a person still has to do, for example that init has not been shown. */
  readonly blocked: () => Promise<string | null>;
  readonly halted: () => Halt | null;
}

/** Opens a target. */
export function openTarget(
  config: ConnectionConfig,
  now: () => number,
  { blocked, halted, log }: TargetDeps,
): Target {
  const sessions = openSessions(config, {
    log,
    answerWithinMs: config.limits.statementTimeoutMs + silentForMs,
    halted: () => halted() !== null,
  });
  const control = openPool(config.url, {
    max: 2,
    name: 'query-change-control',
    answerWithinMs: controlAnswersWithinMs,
    ours: true,
  });
  const looks = openPool(config.url, {
    max: 2,
    name: 'query-change-preflight',
    answerWithinMs: controlAnswersWithinMs,
  });
  const structures = openPool(config.url, {
    max: 2,
    name: 'query-change-structure',
    answerWithinMs: config.limits.statementTimeoutMs + controlAnswersWithinMs,
    ours: true,
  });
  let last: { at: number; probe: Probe } | null = null;
  let identity: TargetIdentity | null = null;
  let running: Promise<Probe> | null = null;

  const look = async (): Promise<Probe> => {
    const found = await probeTarget(control, config);
    const probe = { ...found, problem: found.problem ?? (await blocked()) };
    last = { at: now(), probe };
    identity = probe.identity ?? identity;
    return probe;
  };
  const probe = async (): Promise<Probe> => {
    if (last && last.probe.problem === null && now() - last.at < probeTtlMs) return last.probe;
    running ??= look().finally(() => {
      running = null;
    });
    return running;
  };

  return {
    config,
    sessions,
    control,
    looks,
    structures,
    typeNames: new Map(),
    seenSchemas: createSeenSchemas(),
    probe,
    async warm() {
      try {
        if ((await probe()).problem === null) await sessions.warm();
      } catch {
        // Whoever needs it tries again, and says what is wrong.
      }
    },
    knownIdentity: () => identity,
    halted,
    async info() {
      const found = await probe();
      const halt = halted();
      const { key, name, environment, dataClasses, role, searchPath } = config;
      const limits = approvedLimits(config);
      const labels = labelsOf(config);
      const exports = config.exports ?? null;
      const { evidence } = config;
      const { writable, results, minimumApprovals, protected: guarded, dryRun, dryRunOn = null } = config;
      return {
        key,
        name,
        environment,
        dataClasses,
        exports: exports && {
          maxBytes: exports.maxBytes,
          maxRows: exports.maxRows,
          keepHours: exports.keepHours,
        },
        maskedClasses: labels === null ? [] : [...labels.classes],
        role,
        searchPath,
        limits,
        writable,
        results,
        minimumApprovals,
        protected: guarded,
        dryRun: { mode: dryRun, on: dryRunOn },
        ...(evidence
          ? {
              evidence: {
                required: evidence.required,
                environments: evidence.environments,
                maxAgeDays: evidence.maxAgeDays,
              },
            }
          : {}),
        engine: 'postgresql',
        engineVersion: found.engineVersion,
        ledgerMode: effectiveLedgerMode(config),
        schedule: { windows: config.windows, freezes: config.freezes },
        target: found.identity,
        problem: halt === null ? found.problem : haltWords(halt),
      };
    },
    async ledgerRow(key) {
      const { rows } = await control.query<{ reply: unknown }>(getExecutionSql(key));
      return v.parse(v.nullable(LedgerRow), rows[0]?.reply ?? null);
    },
    async close() {
      await Promise.all([sessions.close(), control.end(), looks.end(), structures.end()]);
    },
  };
}
