import type { SetupStep, StepPlan, StepReport } from '#core/panel/admin-contract';
import type { Ports } from '../ports';
import { doneKey } from './kept';
import { recordSite, siteDifference } from './record-site';
import type { SiteAdmin } from './site-admin';
import { manual, orRefused, type Look, type Site } from './step';
import { steps } from './steps/all';

interface Request {
  readonly step: SetupStep;
  readonly projectKey: string | null;
}

/** What a step would do now. Reads Jira, changes nothing. */
export async function planStep(ports: Ports, admin: SiteAdmin, request: Request): Promise<StepPlan> {
  const { step, projectKey } = request;
  const look = await safely(() => steps[step].look({ ports, admin, projectKey }));
  if (look.state !== 'ready') {
    const { state, message, instruction, changes } = look;
    return { step, state, message, instruction, changes: [...changes] };
  }
  const { changes, right, instruction = null } = look;
  const count = changes.length === 1 ? '1 change' : `${changes.length} changes`;
  const state = instruction === null ? (changes.length === 0 ? 'right' : 'todo') : 'manual';
  return {
    step,
    state,
    message: changes.length === 0 ? right : `${count} to make.`,
    instruction,
    changes: [...changes],
  };
}

/**
 * Does what {@link planStep} says, with the rights of the admin; repeating it changes nothing that is right. Where Jira
 * refuses, what was made until then stays, and the report says what a person does instead.
 */
export async function runStep(ports: Ports, admin: SiteAdmin, request: Request): Promise<StepReport> {
  const { step, projectKey } = request;
  const site: Site = { ports, admin, projectKey };
  const report = (state: StepReport['state'], message: string, instruction: string | null = null) => ({
    step,
    state,
    message,
    instruction,
  });
  return orRefused(
    async () => {
      const look = await steps[step].look(site);
      if (look.state !== 'ready') return report('manual', look.message, look.instruction);
      await look.apply();
      await look.note?.();
      await admin.keep({ [doneKey(step)]: 'yes' });
      await tellSettings(site);
      return look.changes.length === 0 ? report('unchanged', look.right) : report('done', look.done);
    },
    ({ message, instruction }) => report('manual', message, instruction),
  );
}

/** A repair may bring new ids, and changes are served from the settings. */
async function tellSettings(site: Site): Promise<void> {
  const { site: known } = await site.ports.settings.read();
  if (known && (await siteDifference(site)) !== null) await recordSite(site);
}

/** A look that Jira refused, as a look that says so. */
export async function safely(look: () => Promise<Look>): Promise<Look> {
  return orRefused(look, ({ message, instruction }) => manual(message, instruction));
}
