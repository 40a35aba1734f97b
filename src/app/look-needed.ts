import type { CompleteContent } from '#core/change/content';
import type { ConnectionInfo } from '#core/protocol/connection';

/** Why a change can be submitted in the panel only, in words; null when a bare transition may. */
export function lookNeeded(
  content: Pick<CompleteContent, 'automaticRollback' | 'exportFormat'>,
  info: Pick<ConnectionInfo, 'name' | 'protected'>,
): string | null {
  const open = 'Open the panel and press Submit for review:';
  if (info.protected)
    return `${open} ${info.name} takes only changes whose structure the executor has looked at.`;
  if (content.automaticRollback) return `${open} the executor has to plan how to undo the change.`;
  return content.exportFormat === null
    ? null
    : `${open} the executor has to say whether it can export the result.`;
}
