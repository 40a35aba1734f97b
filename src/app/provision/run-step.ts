import * as v from 'valibot';
import { changeStatuses } from '#core/change/status';
import type { SetupStep, StepReport } from '#core/panel/admin-contract';
import type { SiteIds } from '#core/settings/settings';
import type { Ports } from '../ports';
import {
  type fieldModules,
  findFields,
  findProject,
  makeIssueType,
  makeResolutions,
  makeStatuses,
} from './objects';
import { makeSchemes } from './schemes';
import { makeScreens } from './screens';
import { moduleAri, rest, type SiteAdmin } from './site-admin';
import { needed, StepRefused, type StepOutcome } from './step';
import { makeWorkflow } from './workflow';

/** Manifest key of the issue panel. */
const panelModule = 'query-change-panel';

/** Runs one step of the set-up. Repeating a step changes nothing that is right already. */
export async function runStep(
  ports: Ports,
  admin: SiteAdmin,
  request: { step: SetupStep; projectKey: string },
): Promise<StepReport> {
  try {
    const outcome = await step(ports, admin, request);
    const instruction = outcome.state === 'manual' ? outcome.instruction : null;
    return { step: request.step, state: outcome.state, message: outcome.message, instruction };
  } catch (error) {
    if (!(error instanceof StepRefused)) throw error;
    return { step: request.step, state: 'manual', message: error.message, instruction: error.instruction };
  }
}

function step(
  ports: Ports,
  admin: SiteAdmin,
  request: { step: SetupStep; projectKey: string },
): Promise<StepOutcome> {
  switch (request.step) {
    case 'project':
      return findProject(admin, request.projectKey);
    case 'fields':
      return findFields(admin);
    case 'issue-type':
      return makeIssueType(admin);
    case 'statuses':
      return makeStatuses(admin);
    case 'resolutions':
      return makeResolutions(admin);
    case 'screens':
      return makeScreens(admin);
    case 'workflow':
      return workflowStep(ports, admin);
    case 'schemes':
      return makeSchemes(admin);
    case 'panel':
      return pinPanel(admin);
    case 'permissions':
      return checkPermissions(ports, admin);
    default:
      return request.step satisfies never;
  }
}

async function workflowStep(ports: Ports, admin: SiteAdmin): Promise<StepOutcome> {
  const settings = await ports.settings.read();
  if (!settings.operatorGroup) {
    return {
      state: 'manual',
      message: 'No operator group is chosen yet.',
      instruction: 'Choose who may run and resolve changes, then repeat this step.',
    };
  }
  const ids = await admin.ids();
  return makeWorkflow(admin, {
    app: await ports.appAccountId(),
    authorField: ids['field.author'] ?? '',
    groupField: ids['field.approverGroup'] ?? '',
    operatorGroup: settings.operatorGroup.name,
  });
}

/**
 * Shows the panel on every issue of the project. ⚠ The endpoint is documented and not yet tried on a live site; where
 * Jira refuses, an admin turns it on by hand.
 */
async function pinPanel(admin: SiteAdmin): Promise<StepOutcome> {
  const ids = await admin.ids();
  const body = {
    moduleId: moduleAri(admin, panelModule),
    projectList: [{ projectIdOrKey: ids['projectId'] ?? '', action: 'PIN' }],
  };
  needed(
    await admin.send('POST', rest(['forge', 'panel', 'action', 'bulk', 'async']), body, v.unknown()),
    'Open an issue of the project, choose Query Change in the app menu, then "Show on all issues".',
  );
  return { state: 'done', message: 'The panel is shown on every issue of the project.' };
}

/** Checks what the app's own user may do, and records that the site is ready. */
async function checkPermissions(ports: Ports, admin: SiteAdmin): Promise<StepOutcome> {
  const ids = await admin.ids();
  const wanted = ['BROWSE_PROJECTS', 'EDIT_ISSUES', 'TRANSITION_ISSUES', 'ADD_COMMENTS'];
  const project = Number(ids['projectId']);
  const appAccountId = await ports.appAccountId();
  const Reply = v.object({
    projectPermissions: v.array(v.object({ permission: v.string(), projects: v.array(v.number()) })),
  });
  const body = {
    accountId: appAccountId,
    projectPermissions: [{ permissions: wanted, issues: [], projects: [project] }],
  };
  const reply = needed(
    await admin.send('POST', rest(['permissions', 'check']), body, Reply),
    'Check that you are a Jira administrator.',
  );
  const missing = wanted.filter(
    (permission) =>
      !reply.projectPermissions.some(
        (grant) => grant.permission === permission && grant.projects.includes(project),
      ),
  );
  if (missing.length > 0) {
    return {
      state: 'manual',
      message: `The app's user lacks: ${missing.join(', ')}.`,
      instruction:
        'Grant these permissions to the project role "atlassian-addons-project-access" in the permission scheme.',
    };
  }
  const settings = await ports.settings.read();
  await ports.settings.write({ ...settings, site: siteIds(ids, appAccountId) });
  return { state: 'done', message: 'The app may browse, edit, transition and comment.' };
}

function siteIds(ids: Readonly<Record<string, string>>, appAccountId: string): SiteIds {
  const need = (key: string): string => {
    const id = ids[key];
    if (!id)
      throw new StepRefused({ status: 0, message: `${key} is not known` }, 'Run the earlier steps first.');
    return id;
  };
  return {
    projectId: need('projectId'),
    projectKey: need('projectKey'),
    issueTypeId: need('issueTypeId'),
    appAccountId,
    statusIds: Object.fromEntries(changeStatuses.map((status) => [status, need(`status.${status}`)])),
    fields: {
      author: need('field.author'),
      approverGroup: need('field.approverGroup'),
      connection: need('field.connection'),
      approvals: need('field.approvals'),
      outcome: need('field.outcome'),
    } satisfies Record<keyof typeof fieldModules, string>,
  };
}
