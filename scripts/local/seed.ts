import type { Seed } from '../../host/contract';

/** Who plays what on the local site. The host itself knows only users, groups and an empty project. */
export const people = {
  admin: { accountId: 'qc-admin-0001', displayName: 'Alex Admin', email: 'alex@example.com' },
  developer: { accountId: 'qc-dev-0001', displayName: 'Dana Developer', email: 'dana@example.com' },
  secondDeveloper: { accountId: 'qc-dev-0002', displayName: 'Devin Developer', email: 'devin@example.com' },
  firstApprover: { accountId: 'qc-dba-0001', displayName: 'Bea Approver', email: 'bea@example.com' },
  secondApprover: { accountId: 'qc-dba-0002', displayName: 'Carlos Approver', email: 'carlos@example.com' },
  operator: { accountId: 'qc-ops-0001', displayName: 'Olu Operator', email: 'olu@example.com' },
  auditor: { accountId: 'qc-audit-0001', displayName: 'Ada Auditor', email: 'ada@example.com' },
} as const;

export type Role = keyof typeof people;

/** What a role may do, for the list that the launcher prints. */
export const roleWords: Readonly<Record<Role, string>> = {
  admin: 'Jira administrator',
  developer: 'developer: writes changes',
  secondDeveloper: 'another developer',
  firstApprover: 'DBA: approves',
  secondApprover: 'DBA: approves',
  operator: 'operator: runs and resolves',
  auditor: 'auditor: reads',
};

export const approverGroup = 'database-approvers';
export const operatorGroup = 'database-operators';
export const projectKey = 'DB';

const everyone = 'jira-users';

/** The local site (the launcher gives it an id of its own): users, groups and an empty project. Everything else is provisioned by the app's own calls. */
export const seed: Seed = {
  site: { name: 'Query Change local', cloudId: '0d6e5f7a-2c7f-4a8e-9f0e-6a1f6f4f3b21' },
  groups: [everyone, 'jira-administrators', approverGroup, operatorGroup],
  users: [
    person('admin', [everyone, 'jira-administrators'], true),
    person('developer', [everyone]),
    person('secondDeveloper', [everyone]),
    person('firstApprover', [everyone, approverGroup]),
    person('secondApprover', [everyone, approverGroup]),
    person('operator', [everyone, operatorGroup]),
    person('auditor', [everyone]),
  ],
  project: { key: projectKey, name: 'Database changes', leadAccountId: people.admin.accountId },
};

function person(role: Role, groups: readonly string[], admin = false): Seed['users'][number] {
  return {
    ...people[role],
    accountType: 'atlassian',
    groups,
    role: roleWords[role],
    ...(admin ? { admin } : {}),
  };
}
