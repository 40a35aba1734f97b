import type { Settings } from '#core/settings/settings';
import type { Site } from './step';

/** Changes what the settings know of the saved filters and the dashboard. */
export async function keepCompliance(
  { ports, admin }: Site,
  what: string,
  next: Partial<Settings['compliance']>,
): Promise<void> {
  await ports.settings.change({ actor: await admin.actor(), what }, (settings) => ({
    ...settings,
    compliance: { ...settings.compliance, ...next },
  }));
}
