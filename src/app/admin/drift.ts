import type { SetupStep } from '#core/settings/site-setup';
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

/** A step that was seen to be right, or was done again, is no drift any more, whatever the last check found. */
export async function forgetDrift(ports: Ports, step: SetupStep): Promise<void> {
  const { drift } = await ports.settings.read();
  if (!drift?.steps.some((found) => found.step === step)) return;
  await ports.settings.change({ actor: 'app', what: `Step ${step} is right` }, (settings) => ({
    ...settings,
    drift: settings.drift && {
      ...settings.drift,
      steps: settings.drift.steps.filter((found) => found.step !== step),
    },
  }));
}
