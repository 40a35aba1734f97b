import { pauseWords } from '#core/settings/pause';
import type { Pause } from '#core/settings/settings';
import type { RulePorts } from './ports';

/** Why dispatch is paused, with the name of who paused it as Jira has it now; null when it is not paused. */
export async function pausedWords(ports: Pick<RulePorts, 'settings' | 'jira'>): Promise<string | null> {
  const { pause } = await ports.settings.read();
  return pause && pauseWords(pause, await nameOf(ports, pause));
}

async function nameOf(ports: Pick<RulePorts, 'jira'>, { by }: Pause): Promise<string> {
  // The pause holds whether or not Jira answers.
  const name = await ports.jira.displayName(by).catch(() => undefined);
  return name ?? 'an administrator';
}
