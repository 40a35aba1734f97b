import * as v from 'valibot';
import { canOnIssue, requireOnIssue, visibleIssue } from '../access';
import type { IssueRecord } from '../entities';
import { badRequest, JiraError, notFound } from '../errors';
import { expressionIssue, expressionUser } from '../expressions/context';
import { evaluateExpression } from '../expressions/interpreter';
import { created, noContent, ok, route, seeTask, signedIn, type Call, type Route } from '../http';
import { touched } from '../issue-changes';
import { issueByIdOrKey, nowIso, selfLink } from '../store';
import { finishedTask } from '../tasks';

/** The longest property value in characters of JSON, and the longest key. */
const MAX_VALUE = 32_768;
const MAX_KEY = 255;

/** Refuses a property key that Jira would not store. */
export function checkPropertyKey(key: string): void {
  if (key === '' || key.length > MAX_KEY)
    throw badRequest('The property key length must be between 1 and 255 characters.');
}

/** Refuses a property value that Jira would not store. */
export function checkPropertyValue(value: unknown): void {
  if (value === undefined) throw badRequest('The property value must be a valid, non-empty JSON.');
  if (JSON.stringify(value).length > MAX_VALUE) {
    throw badRequest(`The property value length must be less than or equal to ${MAX_VALUE} characters.`);
  }
}

const CANNOT_EDIT = 'You do not have permission to edit this issue.';

function keys(call: Call): Response {
  const issue = visibleIssue(call.jira, call.viewer, call.param('issueIdOrKey'));
  return ok({
    keys: Object.keys(issue.properties).map((key) => ({
      key,
      self: selfLink(call.jira, `issue/${issue.id}/properties/${encodeURIComponent(key)}`),
    })),
  });
}

function read(call: Call): Response {
  const issue = visibleIssue(call.jira, call.viewer, call.param('issueIdOrKey'));
  const key = call.param('propertyKey');
  if (!Object.hasOwn(issue.properties, key)) throw notFound(`The property with key ${key} does not exist.`);
  return ok({ key, value: issue.properties[key] });
}

async function write(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const issue = visibleIssue(call.jira, viewer, call.param('issueIdOrKey'));
  requireOnIssue(call.jira, viewer, 'EDIT_ISSUES', issue, CANNOT_EDIT);
  const key = call.param('propertyKey');
  const value = await call.body(v.unknown());
  checkPropertyKey(key);
  checkPropertyValue(value);
  const existed = Object.hasOwn(issue.properties, key);
  issue.properties[key] = value;
  touched(call.jira, issue);
  const self = selfLink(call.jira, `issue/${issue.id}/properties/${encodeURIComponent(key)}`);
  return existed ? ok({ self }) : created({ self });
}

function remove(call: Call): Response {
  const viewer = signedIn(call);
  const issue = visibleIssue(call.jira, viewer, call.param('issueIdOrKey'));
  requireOnIssue(call.jira, viewer, 'EDIT_ISSUES', issue, CANNOT_EDIT);
  const key = call.param('propertyKey');
  if (!Object.hasOwn(issue.properties, key)) throw notFound(`The property with key ${key} does not exist.`);
  delete issue.properties[key];
  touched(call.jira, issue);
  return noContent();
}

/** Editable issues among the ids, and a result with errors for the others, as Jira's tasks report it. */
function targets(
  call: Call,
  ids: readonly string[],
): { issues: IssueRecord[]; errors: Record<string, string> } {
  const issues: IssueRecord[] = [];
  const errors: Record<string, string> = {};
  for (const id of new Set(ids)) {
    const issue = issueByIdOrKey(call.jira, id);
    if (issue && canOnIssue(call.jira, call.viewer, 'EDIT_ISSUES', issue)) issues.push(issue);
    else errors[id] = 'Issue does not exist or you do not have permission to edit it.';
  }
  return { issues, errors };
}

const done = (call: Call, viewer: string, description: string, errors: Record<string, string>): Response =>
  seeTask(call.jira, finishedTask(call.jira, viewer, description, { errors }).id);

async function setMany(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const body = await call.body(
    v.looseObject({ entitiesIds: v.array(v.number()), properties: v.record(v.string(), v.unknown()) }),
  );
  const entries = Object.entries(body.properties);
  if (body.entitiesIds.length === 0 || body.entitiesIds.length > 10_000)
    throw badRequest('Between 1 and 10,000 entity IDs must be provided.');
  if (entries.length === 0 || entries.length > 10)
    throw badRequest('Between 1 and 10 properties must be provided.');
  for (const [key, value] of entries) {
    checkPropertyKey(key);
    checkPropertyValue(value);
  }
  const { issues, errors } = targets(call, body.entitiesIds.map(String));
  for (const issue of issues) {
    for (const [key, value] of entries) issue.properties[key] = structuredClone(value);
    touched(call.jira, issue);
  }
  return done(call, viewer, 'Bulk set issues properties', errors);
}

async function setMulti(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const body = await call.body(
    v.looseObject({
      issues: v.array(v.object({ issueID: v.number(), properties: v.record(v.string(), v.unknown()) })),
    }),
  );
  if (body.issues.length === 0 || body.issues.length > 100)
    throw badRequest('Between 1 and 100 issues must be provided.');
  for (const { properties } of body.issues) {
    if (Object.keys(properties).length > 10)
      throw badRequest('At most 10 properties may be set for each issue.');
    for (const [key, value] of Object.entries(properties)) {
      checkPropertyKey(key);
      checkPropertyValue(value);
    }
  }
  const { issues, errors } = targets(
    call,
    body.issues.map((entry) => String(entry.issueID)),
  );
  for (const issue of issues) {
    for (const entry of body.issues) {
      if (String(entry.issueID) === issue.id)
        Object.assign(issue.properties, structuredClone(entry.properties));
    }
    touched(call.jira, issue);
  }
  return done(call, viewer, 'Bulk set issue properties by issue', errors);
}

const filterBody = v.looseObject({
  value: v.optional(v.unknown()),
  expression: v.optional(v.string()),
  filter: v.optional(
    v.looseObject({
      entityIds: v.optional(v.array(v.number())),
      currentValue: v.optional(v.unknown()),
      hasProperty: v.optional(v.boolean()),
    }),
    {},
  ),
});
type BulkFilter = v.InferOutput<typeof filterBody>['filter'];

function filtered(
  call: Call,
  key: string,
  filter: BulkFilter,
): { issues: IssueRecord[]; errors: Record<string, string> } {
  const all = targets(call, (filter.entityIds ?? call.jira.state.issues.map((i) => i.id)).map(String));
  const wanted = filter.currentValue === undefined ? undefined : JSON.stringify(filter.currentValue);
  const issues = all.issues.filter((issue) => {
    const has = Object.hasOwn(issue.properties, key);
    if (filter.hasProperty !== undefined && has !== filter.hasProperty) return false;
    return wanted === undefined || (has && JSON.stringify(issue.properties[key]) === wanted);
  });
  return { issues, errors: filter.entityIds ? all.errors : {} };
}

async function setOneKey(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const key = call.param('propertyKey');
  const body = await call.body(filterBody);
  if ((body.value === undefined) === (body.expression === undefined)) {
    throw badRequest("Exactly one of 'value' and 'expression' must be specified.");
  }
  checkPropertyKey(key);
  if (body.value !== undefined) checkPropertyValue(body.value);
  const { issues, errors } = filtered(call, key, body.filter);
  for (const issue of issues) {
    try {
      const value =
        body.expression === undefined
          ? structuredClone(body.value)
          : evaluateExpression(body.expression, {
              issue: expressionIssue(call.jira, issue),
              user: expressionUser(call.jira, viewer),
            });
      checkPropertyValue(value);
      issue.properties[key] = structuredClone(value);
      touched(call.jira, issue);
    } catch (error) {
      if (error instanceof JiraError || error instanceof Error) errors[issue.id] = error.message;
    }
  }
  return done(call, viewer, `Bulk set issue property ${key}`, errors);
}

async function deleteOneKey(call: Call): Promise<Response> {
  const viewer = signedIn(call);
  const key = call.param('propertyKey');
  const body = await call.body(
    v.looseObject({ entityIds: v.optional(v.array(v.number())), currentValue: v.optional(v.unknown()) }),
  );
  const { issues, errors } = filtered(call, key, { ...body, hasProperty: true });
  for (const issue of issues) {
    delete issue.properties[key];
    issue.updated = nowIso(call.jira);
    touched(call.jira, issue);
  }
  return done(call, viewer, `Bulk delete issue property ${key}`, errors);
}

/** Issue entity properties, one by one and in bulk. */
export const issuePropertyRoutes: readonly Route[] = [
  route('GET', '/issue/{issueIdOrKey}/properties', keys, { anonymous: true }),
  route('GET', '/issue/{issueIdOrKey}/properties/{propertyKey}', read, { anonymous: true }),
  route('PUT', '/issue/{issueIdOrKey}/properties/{propertyKey}', write),
  route('DELETE', '/issue/{issueIdOrKey}/properties/{propertyKey}', remove),
  route('POST', '/issue/properties', setMany),
  route('POST', '/issue/properties/multi', setMulti),
  route('PUT', '/issue/properties/{propertyKey}', setOneKey),
  route('DELETE', '/issue/properties/{propertyKey}', deleteOneKey),
];
