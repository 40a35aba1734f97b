import type { AdminOverview, ConnectionOverview } from '#core/panel/admin-contract';
import type { PublicJwk } from '#core/protocol/jwk';

/** The people, groups and projects of the site that the fake resolver plays on. */
export const admin = 'acc-alex';
export const names: Readonly<Record<string, string>> = { [admin]: 'Alex Admin', 'acc-bea': 'Bea Approver' };
export const groups = [
  { groupId: 'g-ops', name: 'dba-operators' },
  { groupId: 'g-dba', name: 'dba-approvers' },
  { groupId: 'g-all', name: 'jira-users' },
];
export const projects = [
  { key: 'DB', name: 'Database changes', style: 'classic', simplified: false },
  { key: 'TM', name: 'Team space', style: 'next-gen', simplified: true },
];

/** A public key, distinct by one letter. */
export function key(letter: string): PublicJwk {
  return { kty: 'OKP', crv: 'Ed25519', x: letter.repeat(43), kid: letter.toUpperCase().repeat(43) };
}

export const address = 'https://executor.example.com';

const dev: ConnectionOverview = {
  key: 'shop-dev',
  name: 'Shop, development',
  environment: 'dev',
  engine: 'PostgreSQL 18.4',
  writable: true,
  protected: false,
  dataClasses: [],
  minimumApprovals: 1,
  problem: null,
  policy: null,
  approvers: null,
};

/** Connections as the executor reports them, before anybody may approve. */
export const reported: readonly ConnectionOverview[] = [
  {
    ...dev,
    key: 'shop-prod',
    name: 'Shop, production',
    environment: 'prod',
    protected: true,
    dataClasses: ['personal data', 'payments'],
    minimumApprovals: 2,
  },
  dev,
  {
    ...dev,
    key: 'reports',
    name: 'Reports',
    environment: 'qa',
    writable: false,
    problem: 'The executor cannot reach its database: connection refused.',
  },
];

/** A site on which the app is only installed. */
export const empty: AdminOverview = {
  project: null,
  jiraReady: false,
  operators: null,
  executor: null,
  appKey: { current: key('a').kid, next: null },
  connections: [],
  pause: null,
  drift: null,
  firstChange: null,
  compliance: { filters: 0, dashboardId: null, gadgetInstruction: null },
};

const approvers = { group: { id: 'g-dba', name: 'dba-approvers' }, members: 3, problem: null };

/** A site on which everything is done and one change succeeded. */
export const ready: AdminOverview = {
  ...empty,
  project: { id: '10000', key: 'DB' },
  jiraReady: true,
  operators: { group: { id: 'g-ops', name: 'dba-operators' }, members: 4, problem: null },
  executor: {
    id: 'executor-eu-1',
    version: '1.4.0',
    keys: [key('e').kid],
    lastSeen: '2026-11-21T09:40:00Z',
  },
  connections: reported.map((connection) =>
    connection.key === 'reports'
      ? connection
      : {
          ...connection,
          policy: { approverGroup: approvers.group, approvals: connection.minimumApprovals },
          approvers,
        },
  ),
  drift: { checkedAt: '2026-11-21T09:00:00Z', steps: [] },
  firstChange: { issueKey: 'DB-1', status: 'Succeeded', done: true },
  compliance: { filters: 8, dashboardId: '10100', gadgetInstruction: null },
};
