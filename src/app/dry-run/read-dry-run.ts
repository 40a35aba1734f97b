import * as v from 'valibot';
import type { ChangeState, DryRunState } from '#core/change/state';
import type { DryRunReportView } from '#core/panel/view';
import { ResultBody } from '#core/protocol/receipt';
import { ok } from '#core/result';
import { readPlan } from '#core/results/plan-tree';
import type { Settings } from '#core/settings/settings';
import type { Ports } from '../ports';
import { no, type Outcome } from '../refusal';
import { claimsOf } from '../show-change';

/** What the latest dry run saw; the server's own words only for those who may see results. */
export async function readDryRun(
  ports: Ports,
  issueId: string,
  viewer: string,
): Promise<Outcome<DryRunReportView>> {
  const [settings, { state }] = await Promise.all([ports.settings.read(), ports.ledger.read(issueId)]);
  const { dryRun } = state;
  const [stored, content] = await Promise.all([
    ports.dryRuns.receipt(issueId),
    ports.dryRuns.content(issueId),
  ]);
  const claims = stored && stored.jti === dryRun?.jti ? claimsOf(stored.receipt) : undefined;
  if (!dryRun || !stored || !claims || !content) return no('not-found', 'There is no report of a dry run.');
  const refusal = wordsRefusal(state, dryRun, settings, viewer);
  const body = stored.result === null ? null : v.parse(ResultBody, JSON.parse(stored.result));
  const messages = (body?.statements ?? []).flatMap(({ index, message }) =>
    message === null ? [] : [{ index, message }],
  );
  const plans = (body?.plans ?? []).flatMap(({ index, plan }) => {
    const steps = readPlan(plan);
    return steps === null ? [] : [{ index, steps: [...steps] }];
  });
  const { statements, verification, reason, startedAt, finishedAt } = claims;
  return ok({
    sql: content.sql,
    statements,
    report: claims.dryRun ?? null,
    verification: verification ? { checked: verification.checked } : null,
    reason,
    startedAt,
    finishedAt,
    messages: refusal === null ? messages : [],
    plans: refusal === null ? plans : [],
    messageRefusal: messages.length === 0 && plans.length === 0 ? null : refusal,
  });
}

/** What the counts of a dry run are read from. */
export interface CountPorts {
  readonly ledger: Pick<Ports['ledger'], 'read'>;
  readonly dryRuns: Pick<Ports['dryRuns'], 'receipt'>;
}

/** Rows that each statement of this very revision touched when it was tried; empty when nothing exact is known. */
export async function readCounts(
  ports: CountPorts,
  issueId: string,
  digest: string,
): Promise<readonly (number | null)[]> {
  const { state } = await ports.ledger.read(issueId);
  const { dryRun } = state;
  if (dryRun?.digest !== digest || dryRun.outcome?.status !== 'succeeded') return [];
  const stored = await ports.dryRuns.receipt(issueId);
  const claims = stored?.jti === dryRun.jti ? claimsOf(stored.receipt) : undefined;
  if (!claims?.dryRun || claims.dryRun.coarse) return [];
  return claims.statements.map(({ rows }) => rows);
}

/** Why this viewer may not see the server's words; as for results, and whoever asked for the dry run may. */
function wordsRefusal(
  { revision, votes }: ChangeState,
  { connection, requestedBy }: DryRunState,
  settings: Settings,
  viewer: string,
): string | null {
  const info = settings.executor?.connections.find(({ key }) => key === connection);
  const allowed =
    info?.results === 'public' ||
    requestedBy === viewer ||
    revision?.author === viewer ||
    votes.some(({ accountId }) => accountId === viewer) ||
    (revision?.candidates?.includes(viewer) ?? false) ||
    settings.operators.includes(viewer);
  return allowed
    ? null
    : `The server's words about ${connection} are shown to the author, its approvers and operators only.`;
}
