import type { RemovalPlan, RemovalReport, RemovalStep } from '#core/panel/admin-contract';
import type { Ports } from '../ports';
import type { SiteAdmin } from './site-admin';
import { orRefused } from './step';
import { removals } from './removal/all';

/** What a part of the removal would take away now. Reads Jira, changes nothing. */
export async function planRemoval(ports: Ports, admin: SiteAdmin, step: RemovalStep): Promise<RemovalPlan> {
  return orRefused<RemovalPlan>(
    async () => {
      const look = await removals[step].look({ ports, admin, projectKey: null });
      if (look.state === 'gone') return { step, state: 'gone', what: [], why: null };
      return { step, state: look.state, what: [...look.what], why: look.why };
    },
    ({ message, instruction }) => ({ step, state: 'keep', what: [], why: `${message} ${instruction}` }),
  );
}

/**
 * Does what {@link planRemoval} says. The steps follow one another in the order of the contract: what an earlier one kept
 * is in use, so that a later one keeps it or Jira refuses. Repeating a step is harmless. The ledger is never touched.
 */
export async function removeStep(ports: Ports, admin: SiteAdmin, step: RemovalStep): Promise<RemovalReport> {
  const report = (state: RemovalReport['state'], message: string, instruction: string | null = null) => ({
    step,
    state,
    message,
    instruction,
  });
  return orRefused(
    async () => {
      const look = await removals[step].look({ ports, admin, projectKey: null });
      if (look.state === 'keep') return report('kept', `${look.what.join(', ')} kept: ${look.why}`);
      if (look.state === 'gone') {
        if (look.forget) await admin.keep(look.forget);
        return report('gone', 'Nothing is there to remove.');
      }
      await look.apply();
      const kept = look.why === null ? '' : ` ${look.why}`;
      return report('removed', `${look.what.join('; ')}.${kept}`);
    },
    ({ message, instruction }) => report('manual', message, instruction),
  );
}
