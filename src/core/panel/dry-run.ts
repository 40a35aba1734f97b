import type { ChangeState } from '../change/state';
import type { ConnectionInfo } from '../protocol/connection';

/** Statuses in which a change may be tried without being kept. */
const open: readonly string[] = ['draft', 'in-review', 'approved'];

/** Why no dry run can be asked for now, whoever asks, in words; null when it can. */
export function dryRunRefusal(info: ConnectionInfo | undefined, state: ChangeState): string | null {
  if (!open.includes(state.status)) return 'A dry run is for a change that has not run yet.';
  if (state.dryRun && !state.dryRun.outcome) return 'A dry run is under way.';
  if (!info) return 'Choose a connection.';
  const { dryRun } = info;
  if (!dryRun) return 'The executor of this connection is too old for dry runs.';
  if (dryRun.mode === 'refused') return `${info.key} takes no dry runs.`;
  if (dryRun.mode === 'with-approvals' && state.status !== 'approved') {
    return info.protected
      ? `${info.key} is protected: nothing runs there before the change is approved.`
      : `${info.key} takes a dry run only of an approved change.`;
  }
  return null;
}
