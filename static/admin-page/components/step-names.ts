import type { SetupStep } from '#core/panel/admin-contract';

/** The steps in words. */
export const stepNames: Readonly<Record<SetupStep, string>> = {
  project: 'Project',
  fields: 'Fields',
  'issue-type': 'Issue type',
  statuses: 'Statuses',
  resolutions: 'Resolutions',
  screens: 'Screens',
  workflow: 'Workflow and its rules',
  schemes: 'Schemes of the project',
  panel: 'Panel on the issues',
  permissions: 'Permissions',
  filters: 'Compliance filters',
  dashboard: 'Compliance dashboard',
};

/** Steps that belong to the section Compliance; changes can be made without them. */
export const complianceSteps: ReadonlySet<SetupStep> = new Set(['filters', 'dashboard']);
