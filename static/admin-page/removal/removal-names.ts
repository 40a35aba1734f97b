import type { RemovalStep } from '#core/panel/admin-contract';

/** The steps of a removal in words. */
export const removalNames: Readonly<Record<RemovalStep, string>> = {
  dispatch: 'Dispatch',
  dashboard: 'Compliance dashboard',
  filters: 'Compliance filters',
  panel: 'Panel on the issues',
  schemes: 'Schemes of the project',
  workflow: 'Workflow and its rules',
  screens: 'Screens',
  'issue-type': 'Issue type',
  statuses: 'Statuses',
  executor: 'Executor and its keys',
};
