import * as v from 'valibot';
import type { ChangeState } from '#core/change/state';
import type { ChangeKind } from '#core/protocol/attempt';
import { ResultBody } from '#core/protocol/receipt';
import { ok } from '#core/result';
import type { Settings } from '#core/settings/settings';
import type { Ports } from './ports';
import { no, type Outcome } from './refusal';

/**
 * Why this viewer may not see rows and server messages, in words; null for the author, those who approved, those asked
 * to approve, operators, and everybody when the connection's results are public.
 */
export function resultRefusal(state: ChangeState, settings: Settings, viewer: string): string | null {
  const { revision, votes } = state;
  if (!revision) return 'There is no result.';
  const allowed =
    revision.resultsPublic ||
    revision.author === viewer ||
    votes.some((vote) => vote.accountId === viewer) ||
    (revision.candidates?.includes(viewer) ?? false) ||
    settings.operators.includes(viewer);
  return allowed
    ? null
    : `Results of ${revision.connection} are shown to the author, its approvers and operators only.`;
}

/** Rows and server messages of one execution, for those allowed. */
export async function readResult(
  ports: Ports,
  issueId: string,
  viewer: string,
  kind: ChangeKind,
): Promise<Outcome<ResultBody>> {
  const [settings, { state }] = await Promise.all([ports.settings.read(), ports.ledger.read(issueId)]);
  const refusal = resultRefusal(state, settings, viewer);
  if (refusal !== null) return no('not-allowed', refusal);
  const attempt = state[kind];
  const stored = attempt ? await ports.archive.receipt(attempt.jti) : undefined;
  if (!stored || stored.result === null) return no('not-found', 'This execution has no stored result.');
  return ok(v.parse(ResultBody, JSON.parse(stored.result)));
}
