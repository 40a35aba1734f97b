import { setTimeout as delay } from 'node:timers/promises';
import type { Target } from '../postgres/target';
import { type Backlog, readBacklog } from '../state/backlog';
import type { StateStore } from '../state/store';
import { executorVersion } from '../version';
import type { Family, Sample } from './text-format';

interface GaugeDeps {
  readonly executorId: string;
  readonly store: StateStore;
  readonly targets: ReadonlyMap<string, Target>;
  /** Seconds since 1970 at which the executor last got through to its own database. */
  readonly heartbeat: () => number;
}

/** A scrape must not wait for a database that is away. */
const patienceMs = 2_000;

async function isReady(target: Target): Promise<boolean> {
  const probe = await Promise.race([target.probe(), delay(patienceMs, null, { ref: false })]);
  return probe !== null && probe.problem === null && target.halted() === null;
}

const gauge = (name: string, help: string, samples: readonly Sample[]): Family => ({
  name: `query_change_${name}`,
  help,
  type: 'gauge',
  samples,
});

function backlogGauges(backlog: Backlog, connections: readonly string[]): Family[] {
  const open = (state: 'queued' | 'running', connection: string) =>
    backlog.open.find((one) => one.state === state && one.connection === connection);
  return [
    gauge(
      'executions_open',
      'Orders taken in that have no final receipt, by connection and state.',
      connections.flatMap((connection) =>
        (['queued', 'running'] as const).map((state) => ({
          labels: { connection, state },
          value: open(state, connection)?.count ?? 0,
        })),
      ),
    ),
    gauge(
      'queue_oldest_seconds',
      'Age of the oldest order that waits, by connection; 0 when none does.',
      connections.map((connection) => ({
        labels: { connection },
        value: open('queued', connection)?.oldestSeconds ?? 0,
      })),
    ),
    gauge('outbox_waiting', 'Receipts that the app has not taken.', [{ value: backlog.outboxWaiting }]),
    gauge('outbox_oldest_seconds', 'Age of the oldest of them; 0 when there is none.', [
      { value: backlog.outboxOldestSeconds },
    ]),
    gauge('outbox_given_up', 'Receipts that were never taken; the app can still ask.', [
      { value: backlog.outboxGivenUp },
    ]),
    gauge('replicas', 'Executors that share its own database, itself included.', [
      { value: backlog.replicas },
    ]),
    gauge('chain_seq', 'Number of the last receipt in the chain.', [{ value: backlog.chainSeq }]),
  ];
}

/** What is so right now: asked of the state database and of the connections. */
export async function readGauges(deps: GaugeDeps): Promise<readonly Family[]> {
  const targets = [...deps.targets.values()];
  const [backlog, ready] = await Promise.all([
    Promise.race([readBacklog(deps.store.pool).catch(() => null), delay(patienceMs, null, { ref: false })]),
    Promise.all(targets.map(isReady)),
  ]);
  const connections = targets.map(({ config }) => config.key);
  const labelled = (value: (target: Target, at: number) => boolean): Sample[] =>
    targets.map((target, at) => ({
      labels: { connection: target.config.key },
      value: value(target, at) ? 1 : 0,
    }));
  return [
    gauge('info', 'Which executor this is.', [
      { labels: { executor: deps.executorId, version: executorVersion }, value: 1 },
    ]),
    gauge('heartbeat_timestamp_seconds', 'When the executor last got through to its own database.', [
      { value: deps.heartbeat() },
    ]),
    gauge('state_database_up', '1 when its own database answered this scrape.', [
      { value: backlog === null ? 0 : 1 },
    ]),
    gauge('chain_behind', '1 while nothing is signed, because the state database is not what it was.', [
      { value: deps.store.chain.problem() === null ? 0 : 1 },
    ]),
    gauge(
      'connection_ready',
      '1 when orders for the connection can run.',
      labelled((_target, at) => (ready[at] ?? false) && deps.store.chain.problem() === null),
    ),
    gauge(
      'connection_halted',
      '1 while the connection is halted here.',
      labelled((target) => target.halted() !== null),
    ),
    gauge(
      'logins_left',
      'Logins of killed executors that are still there and could not be removed.',
      targets.map((target) => ({
        labels: { connection: target.config.key },
        value: target.sessions.leftovers().left,
      })),
    ),
    gauge(
      'logins_swept',
      'Logins of killed executors that were removed since the start.',
      targets.map((target) => ({
        labels: { connection: target.config.key },
        value: target.sessions.leftovers().swept,
      })),
    ),
    ...(backlog === null ? [] : backlogGauges(backlog, connections)),
  ];
}
