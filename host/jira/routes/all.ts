import type { Route } from '../http';
import { appFieldRoutes } from './app-fields';
import { commentRoutes } from './comments';
import { fieldRoutes } from './fields';
import { issuePropertyRoutes } from './issue-properties';
import { issueRoutes } from './issues';
import { searchRoutes } from './search';
import { transitionRoutes } from './transitions';
import { userRoutes } from './users';

/** Every endpoint the emulator models. */
export const ALL_ROUTES: readonly Route[] = [
  ...issueRoutes,
  ...transitionRoutes,
  ...commentRoutes,
  ...issuePropertyRoutes,
  ...searchRoutes,
  ...fieldRoutes,
  ...appFieldRoutes,
  ...userRoutes,
];
