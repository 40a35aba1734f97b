import * as v from 'valibot';
import { can } from '../access';
import type { IssueRecord, ProjectRecord } from '../entities';
import { badField, JiraError } from '../errors';
import { issueEvent } from '../events';
import { parseFieldInput, requireOnScreen, screenFieldIds } from '../field-input';
import { issueTypesOf } from '../formatters/project';
import { created, signedIn, type Call } from '../http';
import { touched } from '../issue-changes';
import { nextId, nowIso, projectByIdOrKey, selfLink, type Jira } from '../store';
import { createTransition, finishCreate } from '../workflow/engine';
import { operationComment } from './comments';
import { checkPropertyKey, checkPropertyValue } from './issue-properties';
import { foldedFields, issueUpdate, reference } from './issue-update';

function createTarget(
  call: Call,
  viewer: string,
  fields: Record<string, unknown>,
): { project: ProjectRecord; issueTypeId: string } {
  const { jira } = call;
  const ref = v.safeParse(reference, fields['project']);
  const project = ref.success
    ? projectByIdOrKey(jira, String(ref.output.id ?? ref.output.key ?? ''))
    : undefined;
  if (!project || !can(jira, viewer, 'BROWSE_PROJECTS', project)) {
    throw badField(
      'project',
      ref.success ? 'valid project is required' : 'Specify a valid project ID or key',
    );
  }
  if (!can(jira, viewer, 'CREATE_ISSUES', project)) {
    throw badField('project', 'You do not have permission to create issues in this project.');
  }
  const wanted = v.safeParse(reference, fields['issuetype']);
  const type = issueTypesOf(jira, project).find(
    (t) => wanted.success && (t.id === String(wanted.output.id) || t.name === wanted.output.name),
  );
  if (!type) throw badField('issuetype', 'Specify a valid issue type');
  return { project, issueTypeId: type.id };
}

function parsedCreateFields(
  jira: Jira,
  viewer: string,
  fields: Record<string, unknown>,
  target: { project: ProjectRecord; issueTypeId: string },
): Map<string, unknown> {
  const screen = screenFieldIds(jira, target.project, target.issueTypeId, 'create');
  const values = new Map<string, unknown>([
    ['reporter', viewer],
    ['priority', '3'],
  ]);
  const errors: Record<string, string> = {};
  for (const [id, input] of Object.entries(fields)) {
    if (id === 'project' || id === 'issuetype') continue;
    try {
      const field = requireOnScreen(jira, id, screen, target);
      const value = parseFieldInput(jira, field, input, target.project);
      if (id === 'reporter' && value !== viewer && !can(jira, viewer, 'MODIFY_REPORTER', target.project)) {
        throw badField(
          id,
          "Field 'reporter' cannot be set. It is not on the appropriate screen, or unknown.",
        );
      }
      values.set(id, value);
    } catch (error) {
      if (!(error instanceof JiraError)) throw error;
      Object.assign(errors, error.errors);
    }
  }
  if (!values.has('summary') && !('summary' in errors))
    errors['summary'] = 'You must specify a summary of the issue.';
  if (Object.keys(errors).length > 0) throw new JiraError(400, [], errors);
  return values;
}

/** `POST /issue`. */
export async function createIssue(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const { jira } = call;
  const body = await call.body(issueUpdate);
  const fields = foldedFields(jira, body);
  const target = createTarget(call, viewer, fields);
  const values = parsedCreateFields(jira, viewer, fields, target);
  for (const { key, value } of body.properties) {
    checkPropertyKey(key);
    checkPropertyValue(value);
  }
  const now = nowIso(jira);
  const issue: IssueRecord = {
    id: nextId(jira, 'issue'),
    key: `${target.project.key}-${(target.project.issueCounter += 1)}`,
    projectId: target.project.id,
    issueTypeId: target.issueTypeId,
    statusId: '',
    creatorId: viewer,
    created: now,
    updated: now,
    statusChanged: now,
    fields: Object.fromEntries([...values].filter(([, value]) => value !== null)),
    properties: Object.fromEntries(body.properties.map(({ key, value }) => [key, value])),
    comments: [],
    histories: [],
    watcherIds: [viewer],
    pinnedPanels: [],
  };
  const initial = await createTransition(jira, viewer, issue);
  issue.statusId = initial.toStatusId;
  jira.state.issues.push(issue);
  finishCreate(jira, viewer, issue, initial);
  const comment = operationComment(jira, viewer, body.update);
  if (comment) issue.comments.push(comment);
  touched(jira, issue);
  issueEvent(jira, 'avi:jira:created:issue', issue, viewer);
  return created({ id: issue.id, key: issue.key, self: selfLink(jira, `issue/${issue.id}`) });
}
