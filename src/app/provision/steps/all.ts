import type { SetupStep } from '#core/panel/admin-contract';
import type { Step } from '../step';
import { dashboardStep } from './dashboard';
import { fieldsStep } from './fields';
import { filtersStep } from './filters';
import { issueTypeStep } from './issue-type';
import { panelStep } from './panel';
import { permissionsStep } from './permissions';
import { projectStep } from './project';
import { resolutionsStep } from './resolutions';
import { schemesStep } from './schemes';
import { screensStep } from './screens';
import { statusesStep } from './statuses';
import { workflowStep } from './workflow';

/** Every step of the set-up, a file each. */
export const steps: Readonly<Record<SetupStep, Step>> = {
  project: projectStep,
  fields: fieldsStep,
  'issue-type': issueTypeStep,
  statuses: statusesStep,
  resolutions: resolutionsStep,
  screens: screensStep,
  workflow: workflowStep,
  schemes: schemesStep,
  panel: panelStep,
  permissions: permissionsStep,
  filters: filtersStep,
  dashboard: dashboardStep,
};
