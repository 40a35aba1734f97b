import { ok } from '#core/result';
import type { Settings } from '#core/settings/settings';
import type { Ports } from '../ports';
import { no, type Outcome } from '../refusal';
import { changeSettings } from './change-settings';

/** Executions that a resume queues at once; more are left to the sweep. */
const maxQueuedAtOnce = 1_000;

/** Stops all dispatch. What was sent already goes on; receipts are taken and revocations are sent all the same. */
export async function pauseDispatch(
  ports: Ports,
  admin: string,
  reason: string,
  what = 'Dispatch paused',
): Promise<Outcome<Settings>> {
  const at = new Date(ports.clock()).toISOString();
  return changeSettings(ports, { actor: admin, what }, (settings) =>
    settings.pause
      ? no('illegal', 'Dispatch is paused already.')
      : ok({ ...settings, pause: { by: admin, at, reason } }),
  );
}

/** Lets orders go out again, and queues at once what waited. */
export async function resumeDispatch(ports: Ports, admin: string): Promise<Outcome<Settings>> {
  const resumed = await changeSettings(ports, { actor: admin, what: 'Dispatch resumed' }, (settings) =>
    settings.pause ? ok({ ...settings, pause: null }) : no('illegal', 'Dispatch is not paused.'),
  );
  if (!resumed.ok) return resumed;
  const open = await ports.executions.open(maxQueuedAtOnce);
  for (const { issueId, revision, kind, jti, phase } of open) {
    if (phase !== 'sent') await ports.queue.push({ issueId, revision, kind, jti }, 0);
  }
  return resumed;
}
