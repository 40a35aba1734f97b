import type { Route } from '../http';
import { appFieldRoutes } from './app-fields';
import { commentRoutes } from './comments';
import { dashboardGadgetRoutes } from './dashboard-gadgets';
import { dashboardRoutes } from './dashboards';
import { expressionRoutes } from './expressions';
import { fieldContextRoutes } from './field-contexts';
import { fieldRoutes } from './fields';
import { filterSharingRoutes } from './filter-sharing';
import { filterRoutes } from './filters';
import { issueMetaRoutes } from './issue-meta';
import { issuePropertyRoutes } from './issue-properties';
import { issueTypeSchemeRoutes } from './issue-type-schemes';
import { issueTypeRoutes } from './issue-types';
import { issueRoutes } from './issues';
import { permissionRoutes } from './permissions';
import { projectRoutes } from './projects';
import { resolutionRoutes } from './resolutions';
import { screenSchemeRoutes } from './screen-schemes';
import { screenRoutes } from './screens';
import { searchRoutes } from './search';
import { siteRoutes } from './site';
import { statusRoutes } from './statuses';
import { transitionRoutes } from './transitions';
import { userRoutes } from './users';
import { workflowSchemeRoutes } from './workflow-schemes';
import { workflowRoutes } from './workflows';

/** Every endpoint the emulator models. */
export const ALL_ROUTES: readonly Route[] = [
  ...issueRoutes,
  ...issueMetaRoutes,
  ...transitionRoutes,
  ...commentRoutes,
  ...issuePropertyRoutes,
  ...searchRoutes,
  ...fieldRoutes,
  ...fieldContextRoutes,
  ...appFieldRoutes,
  ...issueTypeRoutes,
  ...issueTypeSchemeRoutes,
  ...screenRoutes,
  ...screenSchemeRoutes,
  ...statusRoutes,
  ...workflowRoutes,
  ...workflowSchemeRoutes,
  ...projectRoutes,
  ...permissionRoutes,
  ...userRoutes,
  ...filterRoutes,
  ...filterSharingRoutes,
  ...dashboardRoutes,
  ...dashboardGadgetRoutes,
  ...expressionRoutes,
  ...resolutionRoutes,
  ...siteRoutes,
];
