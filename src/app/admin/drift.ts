import type { StepPlan } from '#core/panel/admin-contract';
import { findDrift } from '../provision/find-drift';
import type { SiteAdmin } from '../provision/site-admin';
import type { Ports } from '../ports';

/** How old the last check of the site may grow, milliseconds. */
const maxAgeMs = 60 * 60_000;

/** Compares the site with what was made on it, at most once an hour, and keeps what differs. True when it looked. */
export async function checkDrift(ports: Ports, reader: SiteAdmin): Promise<boolean> {
  const { site, drift } = await ports.settings.read();
  if (!site || (drift && ports.clock() - Date.parse(drift.checkedAt) < maxAgeMs)) return false;
  const found = await findDrift(ports, reader);
  await ports.settings.change({ actor: 'app', what: 'Site checked' }, (settings) => ({
    ...settings,
    drift: found,
  }));
  return true;
}

/** A step that an admin sees to be right is no drift any more, whatever the last check found. */
export async function forgetDrift(ports: Ports, { step, state }: StepPlan): Promise<void> {
  const { drift } = await ports.settings.read();
  if (state !== 'right' || !drift?.steps.some((found) => found.step === step)) return;
  await ports.settings.change({ actor: 'app', what: `Step ${step} is right` }, (settings) => ({
    ...settings,
    drift: settings.drift && {
      ...settings.drift,
      steps: settings.drift.steps.filter((found) => found.step !== step),
    },
  }));
}
