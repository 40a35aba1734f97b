import type { PoolClient } from 'pg';
import { snapshotDigest, type SnapshotReply, type SnapshotRequest } from '#core/protocol/snapshot';
import { ok, refuse, type Result } from '#core/result';
import { type Refusal, refusal } from '../order/refusal';
import { conditionName } from '../postgres/conditions';
import { serverError } from '../postgres/errors';
import type { Target } from '../postgres/target';
import { readSnapshot, snapshotMs } from './snapshot';

/** A snapshot with its digest and when it was taken. */
type Taken = SnapshotReply & { readonly snapshot: NonNullable<SnapshotReply['snapshot']> };
type Answer = Result<Taken, Refusal>;

/** A snapshot is given out again for so long: however many panels are opened, the database is asked once. */
const keptMs = 60_000;

/** Answers requests for snapshots. */
export type Snapshots = (request: SnapshotRequest) => Promise<Result<SnapshotReply, Refusal>>;

const queryCanceled = '57014';

function notRead({ config }: Target, error: unknown): Answer {
  const sqlstate = serverError(error)?.code;
  const why =
    sqlstate === undefined
      ? 'no answer'
      : sqlstate === queryCanceled
        ? `not within ${snapshotMs / 1_000} s`
        : `${sqlstate} ${conditionName(sqlstate)}`;
  return refuse(refusal('connection-not-ready', `${config.key}: its catalogues could not be read (${why})`));
}

async function take(target: Target, now: () => number): Promise<Answer> {
  const { config } = target;
  const { problem } = await target.probe();
  if (problem !== null) return refuse(refusal('connection-not-ready', `${config.key}: ${problem}`));
  let client: PoolClient;
  try {
    client = await target.looks.connect();
  } catch {
    return refuse(refusal('connection-not-ready', `${config.key}: the database cannot be reached`));
  }
  let broken = true;
  try {
    const takenAt = new Date(now()).toISOString();
    const snapshot = await readSnapshot(client, config);
    broken = false;
    return ok({ digest: await snapshotDigest(snapshot), takenAt, snapshot });
  } catch (error) {
    return notRead(target, error);
  } finally {
    client.release(broken);
  }
}

/**
 * Tells the structure of databases to the app. Whoever asks while one is being taken gets that one; a refusal is not
 * kept. An app that names the digest of the same structure gets no body.
 */
export function createSnapshots(targets: ReadonlyMap<string, Target>, now: () => number): Snapshots {
  const kept = new Map<string, { readonly until: number; readonly answer: Promise<Answer> }>();
  const current = async (target: Target): Promise<Answer> => {
    const { key } = target.config;
    const before = kept.get(key);
    if (before && now() < before.until) return before.answer;
    const answer = take(target, now);
    const entry = { until: now() + keptMs, answer };
    kept.set(key, entry);
    const forget = (): void => {
      if (kept.get(key) === entry) kept.delete(key);
    };
    void answer.then(({ ok: taken }) => taken || forget(), forget);
    return answer;
  };
  return async ({ connection, known }) => {
    const target = targets.get(connection);
    if (!target) return refuse(refusal('unknown-connection', `there is no connection ${connection} here`));
    const answer = await current(target);
    if (!answer.ok || answer.value.digest !== known) return answer;
    return ok({ ...answer.value, snapshot: null });
  };
}
