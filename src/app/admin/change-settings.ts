import { ok, type Result } from '#core/result';
import type { Settings } from '#core/settings/settings';
import type { SettingsActor } from '#core/settings/settings-event';
import type { Ports, SettingsExtras } from '../ports';
import type { Outcome, Refusal } from '../refusal';

/**
 * Changes the settings, or refuses: `decide` sees the settings that the change is made on, so that two admins at once
 * cannot together do what neither may do alone. It may be asked several times.
 */
export async function changeSettings(
  ports: Pick<Ports, 'settings'>,
  by: SettingsActor,
  decide: (settings: Settings) => Result<Settings, Refusal>,
  extras?: SettingsExtras,
): Promise<Outcome<Settings>> {
  let refusal: Result<never, Refusal> | undefined;
  const settings = await ports.settings.change(
    by,
    (before) => {
      const decided = decide(before);
      refusal = decided.ok ? undefined : decided;
      return decided.ok ? decided.value : before;
    },
    extras,
  );
  return refusal ?? ok(settings);
}
