import { emptyContent } from '#core/change/content';
import { ok } from '#core/result';
import { setupProblem } from '#core/settings/settings';
import type { AdminJira, Ports } from '../ports';
import { no, type Outcome } from '../refusal';
import { saveDraft } from '../save-draft';
import { connectionRefusal } from '../submit-change';

/**
 * Opens an issue whose draft reads one row and changes nothing, as the admin, so that the whole path can be walked once.
 * One that is still under way is answered instead of making another.
 */
export async function openFirstChange(
  ports: Ports,
  jira: AdminJira,
  admin: string,
  connection: string,
): Promise<Outcome<{ issueKey: string }>> {
  const settings = await ports.settings.read();
  const problem = setupProblem(settings) ?? connectionRefusal(settings, connection);
  if (problem !== null || !settings.site) return no('not-set-up', problem ?? '');
  const open = await stillOpen(ports, settings.firstChange);
  if (open) return ok({ issueKey: open });
  const { projectId, issueTypeId } = settings.site;
  const created = await jira.createIssue({
    projectId,
    issueTypeId,
    summary: `First change: read one row on ${connection}`,
  });
  if (!created.ok) return no('jira-refused', created.error.message);
  const issue = created.value;
  const reason = 'Walks the whole path once, from review to receipt, and changes nothing.';
  const content = { ...emptyContent, connection, sql: 'SELECT 1;', rollback: null, reason };
  // Nothing here reads SQL: the panel, from which the admin submits it, does.
  const saved = await saveDraft(ports, issue, admin, { baseVersion: 0, content }, () =>
    Promise.resolve(null),
  );
  if (!saved.ok) return saved;
  await ports.settings.change({ actor: admin, what: `First change ${issue.key} opened` }, (now) => ({
    ...now,
    firstChange: { issueId: issue.id, issueKey: issue.key },
  }));
  return ok({ issueKey: issue.key });
}

/** Key of the first change if it can still come to its end; undefined when it is over, or the issue is gone. */
async function stillOpen(
  ports: Ports,
  first: { issueId: string; issueKey: string } | null,
): Promise<string | undefined> {
  if (!first) return undefined;
  const { state } = await ports.ledger.read(first.issueId);
  if (['succeeded', 'rolled-back', 'rejected', 'cancelled'].includes(state.status)) return undefined;
  return (await ports.jira.status(first.issueId)) === null ? undefined : first.issueKey;
}
