import { snapshotDigest } from '#core/protocol/snapshot';
import type { ErrorReply } from '#core/protocol/transport';
import type { Ports, SnapshotHead } from '../ports';
import type { KnownSchema } from './schema-of';

/** A snapshot that the executor confirmed less than this ago is not asked for again, milliseconds. */
const freshMs = 5 * 60_000;

/** What is known now, and in words why it is not fresh, or nothing. */
interface Refreshed {
  readonly known: KnownSchema | null;
  readonly problem: string | null;
}

/**
 * The structure of a connection's database, asked of the executor when what is kept is some minutes old. Whoever opens a
 * change waits for it beside everything else; nobody who types does.
 */
export async function refreshSnapshot(ports: Ports, connection: string): Promise<Refreshed> {
  const { executor } = await ports.settings.read();
  if (!executor?.connections.some(({ key }) => key === connection)) {
    return { known: null, problem: 'the executor does not know this connection' };
  }
  const kept = await ports.snapshots.head(connection);
  const head = kept?.executor === executor.id ? kept : undefined;
  const snapshot = head && (await ports.snapshots.body(connection, head));
  const known = head && snapshot ? { snapshot, digest: head.digest, takenAt: head.takenAt } : null;
  if (head && known && Math.abs(ports.clock() - Date.parse(head.askedAt)) < freshMs) {
    return { known, problem: null };
  }
  const answer = await ports.executor.snapshot(executor.id, { connection, known: known?.digest ?? null });
  if (answer.kind === 'silence') return { known, problem: 'the executor does not answer' };
  if (answer.kind === 'refusal') return { known, problem: refusalWords(answer.error) };
  const { digest, snapshot: body } = answer.value;
  const times = timesOf(ports, answer.value.takenAt);
  if (body === null) {
    if (digest !== known?.digest) return { known, problem: 'the executor sent nothing' };
    await ports.snapshots.keep(connection, { executor: executor.id, digest, ...times }, null);
    return { known: { ...known, takenAt: times.takenAt }, problem: null };
  }
  // What is remembered under a digest is remembered for whoever names it.
  if ((await snapshotDigest(body)) !== digest) {
    return { known, problem: 'the executor named another digest than that of what it sent' };
  }
  if (!(await ports.snapshots.keep(connection, { executor: executor.id, digest, ...times }, body))) {
    return { known, problem: 'it is too large to be kept' };
  }
  return { known: { snapshot: body, digest, takenAt: times.takenAt }, problem: null };
}

/** The executor's clock may be ahead: nothing is younger than now. */
function timesOf(ports: Ports, takenAt: string): Pick<SnapshotHead, 'takenAt' | 'askedAt'> {
  const now = ports.clock();
  return {
    takenAt: new Date(Math.min(now, Date.parse(takenAt))).toISOString(),
    askedAt: new Date(now).toISOString(),
  };
}

function refusalWords({ code, message }: ErrorReply): string {
  if (code === 'not-found') return 'the executor is of a release that does not tell it';
  return `the executor says: ${message}`;
}
