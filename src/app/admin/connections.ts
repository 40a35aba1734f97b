import type { ConnectionsReply } from '#core/protocol/transport';
import { ok } from '#core/result';
import type { Settings } from '#core/settings/settings';
import type { Ports } from '../ports';
import { no, type Outcome } from '../refusal';

/** Asks the enrolled executor for its connections and keeps them. */
export async function refreshConnections(ports: Ports): Promise<Outcome<Settings>> {
  const { executor } = await ports.settings.read();
  if (!executor) return no('not-set-up', 'No executor is enrolled yet.');
  const reply = await askConnections(ports, executor.id);
  return reply.ok ? ok(await keepConnections(ports, reply.value)) : reply;
}

/** What an executor says of itself and its connections now; refused in words when it does not, or another one answers. */
export async function askConnections(ports: Ports, executorId: string): Promise<Outcome<ConnectionsReply>> {
  const answer = await ports.executor.connections(executorId);
  if (answer.kind === 'silence') return no('bad-request', `The executor does not answer: ${answer.message}.`);
  if (answer.kind === 'refusal') {
    return no('bad-request', `The executor refused: ${answer.error.message} (${answer.error.code}).`);
  }
  return answer.value.executorId === executorId
    ? ok(answer.value)
    : no('bad-request', `Another executor answered: ${answer.value.executorId}.`);
}

/** Keeps what the enrolled executor said. What matters to a policy is an event of the app in the settings ledger. */
export async function keepConnections(ports: Ports, reply: ConnectionsReply): Promise<Settings> {
  const by = { actor: 'app', what: 'The executor reports other connections' };
  return ports.settings.change(by, (settings) => {
    const { executor } = settings;
    // Another one was enrolled meanwhile: what the old one said does not count.
    if (executor?.id !== reply.executorId) return settings;
    const { connections, version } = reply;
    return { ...settings, executor: { ...executor, connections, version, fetchedAt: ports.clock() } };
  });
}
