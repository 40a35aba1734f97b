import { setupSteps, type Drift, type PlannedChange, type SetupStep } from '#core/panel/admin-contract';
import type { Ports } from '../ports';
import { doneKey } from './kept';
import { safely } from './run-step';
import type { SiteAdmin } from './site-admin';
import { change, type Look } from './step';
import { steps } from './steps/all';

/**
 * What differs from what the steps made, over the steps that were right once. Works with the app's own rights too
 * (`siteReader`), so that a schedule can look. What cannot be read counts as drift, with the reason.
 */
export async function findDrift(ports: Ports, admin: SiteAdmin): Promise<Drift> {
  const ids = await admin.ids();
  const { dashboardId } = (await ports.settings.read()).compliance;
  // The dashboard counts from when it is there, even when Jira did not take its gadget.
  const wereDone = setupSteps.filter(
    (step) => ids[doneKey(step)] !== undefined || (step === 'dashboard' && dashboardId !== null),
  );
  const found = await Promise.all(
    wereDone.map(async (step) => {
      const look = await safely(() => steps[step].look({ ports, admin, projectKey: null }));
      return { step, changes: driftOf(step, look) };
    }),
  );
  return {
    checkedAt: new Date(ports.clock()).toISOString(),
    steps: found.filter(({ changes }) => changes.length > 0),
  };
}

function driftOf(step: SetupStep, look: Look): PlannedChange[] {
  if (look.state === 'ready') {
    // A gadget that Jira refused is known and said elsewhere.
    if (look.instruction) return [];
    // `change` is something that is newly seen or used, nothing that broke.
    return look.changes.filter(({ kind }) => kind !== 'change');
  }
  if (look.changes.length > 0) return [...look.changes];
  return [change('repair', `Step "${step}"`, look.message)];
}
