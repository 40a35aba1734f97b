import { checkMirrors } from '../app/check-mirrors';
import { refreshConnections } from '../app/admin/connections';
import { checkDrift } from '../app/admin/drift';
import { sweepExecutions } from '../app/sweep-executions';
import { sweepMirrors } from '../app/sweep-mirrors';
import { composePorts } from '../forge/compose';
import { siteReader } from '../forge/site-admin';

/** How old the executor's description of its connections may grow, milliseconds; one with a problem is asked about each time. */
const maxConnectionsAgeMs = 60 * 60_000;

/** Every five minutes: finishes what is claimed, queued or overdue, and keeps the connections fresh. */
export async function sweepSchedule(): Promise<void> {
  const ports = composePorts();
  const { looked, failed } = await sweepExecutions(ports);
  if (looked > 0) ports.log('swept', { looked, failed });
  const mirrors = await sweepMirrors(ports);
  if (mirrors.looked > 0) ports.log('shown again', mirrors);
  const round = await checkMirrors(ports);
  if (round.edited > 0) ports.log('mirrors edited', round);
  const { executor } = await ports.settings.read();
  const troubled = executor?.connections.some(({ problem }) => problem !== null) ?? false;
  if (executor && (troubled || ports.clock() - executor.fetchedAt > maxConnectionsAgeMs)) {
    await refreshConnections(ports);
  }
  try {
    if (await checkDrift(ports, siteReader())) ports.log('site checked');
  } catch (error) {
    // Jira is silent just now: the next sweep looks again.
    ports.log('site not checked', { error: String(error) });
  }
}
