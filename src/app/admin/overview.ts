import { jiraStatusNames } from '#core/change/status';
import { maxListedApprovers } from '#core/limits';
import type { AdminOverview, ConnectionOverview, GroupState } from '#core/panel/admin-contract';
import { approvalsRequired } from '#core/policy/eligibility';
import type { ConnectionInfo } from '#core/protocol/connection';
import type { GroupRef, Settings } from '#core/settings/settings';
import type { AdminJira, Ports } from '../ports';

/** Members by group id, as `AdminJira.membersOf` answers. */
type Members = ReadonlyMap<string, string[] | null | undefined>;

/** Everything the admin page shows. Asks Jira once per distinct group, and the executor nothing. */
export async function adminOverview(
  ports: Ports,
  jira: AdminJira,
  /** The project that provisioning found, before the whole site is set up. */
  foundProject: () => Promise<AdminOverview['project']>,
): Promise<AdminOverview> {
  const settings = await ports.settings.read();
  const { site, executor, operatorGroup, pause, drift, compliance } = settings;
  const [members, current, next, firstChange, project] = await Promise.all([
    readMembers(jira, settings),
    ports.keys.signingKey(),
    ports.keys.nextKey(),
    showFirstChange(ports, settings),
    site ? { id: site.projectId, key: site.projectKey } : foundProject(),
  ]);
  return {
    project,
    jiraReady: site !== null,
    operators: operatorGroup && groupState(operatorGroup, members, 1),
    executor: executor && {
      id: executor.id,
      version: executor.version,
      keys: executor.keys.map(({ kid }) => kid),
      lastSeen: new Date(executor.fetchedAt).toISOString(),
    },
    appKey: { current: current.kid, next: next?.kid ?? null },
    connections: (executor?.connections ?? []).map((info) => showConnection(info, settings, members)),
    pause,
    drift,
    firstChange,
    compliance: {
      filters: Object.keys(compliance.filters).length,
      dashboardId: compliance.dashboardId,
      gadgetInstruction: compliance.gadgetInstruction,
    },
  };
}

async function readMembers(jira: AdminJira, settings: Settings): Promise<Members> {
  const groups = [settings.operatorGroup, ...Object.values(settings.policies).map((p) => p.approverGroup)];
  const ids = new Set(groups.flatMap((group) => (group ? [group.id] : [])));
  return new Map(
    await Promise.all(
      [...ids].map(async (id) => [id, await jira.membersOf(id, maxListedApprovers)] as const),
    ),
  );
}

function groupState(group: GroupRef, members: Members, needed: number): GroupState {
  const people = members.get(group.id);
  if (people === undefined)
    return { group, members: null, problem: `Jira does not know the group ${group.name} any more.` };
  if (people === null) return { group, members: null, problem: null };
  const count = people.length;
  const problem =
    count === 0
      ? `Nobody is in ${group.name}.`
      : count < needed
        ? `${needed} people are needed, and ${group.name} has ${count}.`
        : null;
  return { group, members: count, problem };
}

function showConnection(info: ConnectionInfo, settings: Settings, members: Members): ConnectionOverview {
  const policy = settings.policies[info.key] ?? null;
  return {
    key: info.key,
    name: info.name,
    environment: info.environment,
    engine: info.engineVersion === null ? 'PostgreSQL' : `PostgreSQL ${info.engineVersion}`,
    writable: info.writable,
    protected: info.protected,
    dataClasses: info.dataClasses,
    minimumApprovals: info.minimumApprovals,
    problem: info.problem,
    policy,
    approvers:
      policy &&
      groupState(policy.approverGroup, members, approvalsRequired(policy.approvals, info.minimumApprovals)),
  };
}

async function showFirstChange(
  ports: Ports,
  { firstChange }: Settings,
): Promise<AdminOverview['firstChange']> {
  if (!firstChange) return null;
  const { state } = await ports.ledger.read(firstChange.issueId);
  const done = state.status === 'succeeded' || state.status === 'rolled-back';
  return { issueKey: firstChange.issueKey, status: jiraStatusNames[state.status], done };
}
