import type { Outcome } from '#core/change/outcome';
import type { InferOutput } from 'valibot';
import { ok } from '#core/result';
import { append } from '../append';
import type { Execution, Ports, StoredDelivery } from '../ports';
import { publish } from '../publish';
import { pendingDryRun } from './prepare-dry-run';

type End = Pick<InferOutput<typeof Outcome>, 'status'> & Partial<InferOutput<typeof Outcome>>;

/**
 * Writes down how a dry run ended, with its receipt or without one, and shows it: open panels hear of it, and the index
 * property follows the ledger. No comment, no status. False when it has ended before.
 */
export async function endDryRun(
  ports: Ports,
  execution: Pick<Execution<'dry-run'>, 'issueId' | 'revision' | 'jti'>,
  end: End,
  receipt?: StoredDelivery,
): Promise<boolean> {
  const { issueId, revision, jti } = execution;
  const nothing = { receiptSha256: null, rows: null, finishedAt: null, code: null, message: null };
  const record = await ports.executions.read(issueId, revision, 'dry-run');
  let before: Parameters<typeof publish>[3]['since'];
  const appended = await append(ports, issueId, ({ state }) => {
    before = state;
    if (!pendingDryRun(state, jti)) return ok({ entries: [] });
    const body = { type: 'dry-run-ended' as const, jti, ...nothing, ...end };
    return ok({
      entries: [{ actor: receipt ? 'executor' : 'app', body }],
      extras: {
        ...(record?.jti === jti ? { execution: { ...record, phase: 'final' as const } } : {}),
        ...(receipt ? { dryRun: { receipt } } : {}),
      },
    });
  });
  if (!appended.ok) throw new Error(appended.error.message);
  if (!appended.value.changed) return false;
  await publish(ports, issueId, appended.value, {
    jiraStatus: appended.value.state.status,
    ...(before ? { since: before } : {}),
  });
  return true;
}
