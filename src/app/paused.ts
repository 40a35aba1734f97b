import { pauseWords } from '#core/settings/pause';
import type { Pause } from '#core/settings/settings';
import type { Jira, SettingsReader } from './ports';

type NamesPeople = Pick<Jira, 'displayName'>;

/** Why dispatch is paused, with the name of who paused it as Jira has it now; null when it is not paused. */
export async function pausedWords(ports: {
  readonly settings: SettingsReader;
  readonly jira: NamesPeople;
}): Promise<string | null> {
  const { pause } = await ports.settings.read();
  return pause && pauseWords(pause, await nameOf(ports, pause));
}

async function nameOf(ports: { readonly jira: NamesPeople }, { by }: Pause): Promise<string> {
  // The pause holds whether or not Jira answers.
  const name = await ports.jira.displayName(by).catch(() => undefined);
  return name ?? 'an administrator';
}
