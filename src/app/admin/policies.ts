import { evidenceRules } from '#core/evidence/rules';
import { maxListedApprovers } from '#core/limits';
import { ok } from '#core/result';
import type { ConnectionPolicy, GroupRef, Settings } from '#core/settings/settings';
import type { AdminJira, Ports } from '../ports';
import { no, type Outcome } from '../refusal';
import { changeSettings } from './change-settings';

/** Names who may run and resolve. The name is taken from Jira, because the workflow's rules name the group by it. */
export async function chooseOperators(
  ports: Ports,
  jira: AdminJira,
  admin: string,
  wanted: GroupRef,
): Promise<Outcome<Settings>> {
  const group = await jira.group(wanted.id);
  if (!group) return no('bad-request', `Jira does not know the group ${wanted.name}.`);
  const operators = (await jira.membersOf(group.id, maxListedApprovers)) ?? [];
  return changeSettings(ports, { actor: admin, what: `Operators: ${group.name}` }, (settings) =>
    ok({ ...settings, operatorGroup: group, operators }),
  );
}

/** Says who must approve on a connection; null takes it out of use. The executor's own floor cannot be undercut. */
export async function savePolicy(
  ports: Ports,
  jira: AdminJira,
  admin: string,
  { connection, policy }: { connection: string; policy: ConnectionPolicy | null },
): Promise<Outcome<Settings>> {
  const group = policy && (await jira.group(policy.approverGroup.id));
  if (policy && !group)
    return no('bad-request', `Jira does not know the group ${policy.approverGroup.name}.`);
  const what = policy ? `Policy of ${connection}` : `${connection} taken out of use`;
  return changeSettings(ports, { actor: admin, what }, (settings) => {
    const info = settings.executor?.connections.find(({ key }) => key === connection);
    const { [connection]: former, ...others } = settings.policies;
    if (!info && (policy || !former))
      return no('bad-request', `The executor has no connection ${connection}.`);
    if (!policy || !group) return ok({ ...settings, policies: others });
    if (info && policy.approvals < info.minimumApprovals) {
      return no(
        'bad-request',
        `The executor itself asks for ${info.minimumApprovals} approvals on ${connection}; ${policy.approvals} would be too few.`,
      );
    }
    if (info && policy.evidence?.required && evidenceRules(info, policy).environments.length === 0) {
      return no(
        'bad-request',
        `No environment below ${info.environment} counts as evidence on ${connection}.`,
      );
    }
    const next = { ...policy, approverGroup: group };
    return ok({ ...settings, policies: { ...settings.policies, [connection]: next } });
  });
}
