import type { PanelValue } from '#core/panel/contract';
import type { ChangeState } from '#core/change/state';
import type { PersonFacts } from '#core/policy/eligibility';
import { ok } from '#core/result';
import type { Settings } from '#core/settings/settings';
import { append } from './append';
import { inGroup, isPerson } from './decide-review';
import type { Ports } from './ports';
import { resultRefusal } from './read-result';
import { no, type Outcome } from './refusal';
import { claimsOf } from './show-change';

/** Why somebody whom the ledger lets see results may not have a file now, by what Jira says of them; null when they may. */
function refusalNow(
  { revision }: ChangeState,
  { operatorGroup }: Settings,
  person: PersonFacts | undefined,
  viewer: string,
): string | null {
  if (!isPerson(person)) return 'Files are for people only, not apps or agents.';
  if (!person.mayBrowse) return 'You may not see this issue any more.';
  const { resultsPublic, author, approverGroup } = revision ?? {};
  if (resultsPublic || author === viewer) return null;
  const asked = [approverGroup, operatorGroup].some((group) => group && inGroup(person, group));
  return asked ? null : 'You are no longer an approver or an operator.';
}

/**
 * A link to the file that a change wrote, for a person whom Jira knows as one right now and who may see results. The
 * executor makes it; whom it was made for is in the ledger before anybody has it.
 */
export async function linkExport(
  ports: Ports,
  issueId: string,
  viewer: string,
): Promise<Outcome<PanelValue<'export-link'>>> {
  const [settings, { state }, person] = await Promise.all([
    ports.settings.read(),
    ports.ledger.read(issueId),
    ports.jira.person(viewer, issueId),
  ]);
  const refusal = resultRefusal(state, settings, viewer);
  if (refusal !== null) return no('not-allowed', refusal);
  const now = refusalNow(state, settings, person, viewer);
  if (now !== null) return no('not-allowed', now);
  const { apply } = state;
  const stored = apply ? await ports.archive.receipt(apply.jti) : undefined;
  const file = stored && claimsOf(stored.receipt)?.export;
  if (!apply?.executor || !file) return no('not-found', 'This change wrote no file.');
  const answer = await ports.executor.exportLink(apply.executor, apply.jti, viewer);
  if (answer.kind === 'silence') return no('busy', 'The executor does not answer. Try again later.');
  if (answer.kind === 'refusal') {
    return answer.error.code === 'not-found'
      ? no('not-found', 'The executor does not have this file any more.')
      : no('busy', `The executor gave no link: ${answer.error.message}.`);
  }
  const { jti } = apply;
  const appended = await append(ports, issueId, () =>
    ok({ entries: [{ actor: viewer, body: { type: 'export-linked', jti } }], extras: { quiet: true } }),
  );
  return appended.ok ? ok(answer.value) : appended;
}
