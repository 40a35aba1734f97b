import type { RemovalStep } from '#core/panel/admin-contract';
import { dashboardRemoval } from './dashboard';
import { dispatchRemoval } from './dispatch';
import { executorRemoval } from './executor';
import { filtersRemoval } from './filters';
import { issueTypeRemoval } from './issue-type';
import { panelRemoval } from './panel';
import type { Removal } from './removal';
import { schemesRemoval } from './schemes';
import { screensRemoval } from './screens';
import { statusesRemoval } from './statuses';
import { workflowRemoval } from './workflow';

/** Every part of the removal, a file each. */
export const removals: Readonly<Record<RemovalStep, Removal>> = {
  dispatch: dispatchRemoval,
  dashboard: dashboardRemoval,
  filters: filtersRemoval,
  panel: panelRemoval,
  schemes: schemesRemoval,
  workflow: workflowRemoval,
  screens: screensRemoval,
  'issue-type': issueTypeRemoval,
  statuses: statusesRemoval,
  executor: executorRemoval,
};
