import * as v from 'valibot';
import { requireAdmin } from '../access';
import { badRequest, JiraError, notFound } from '../errors';
import { formatStatus } from '../formatters/issue';
import { formatJiraStatus } from '../formatters/workflow';
import { noContent, ok, page, queryList, route, type Call, type Route } from '../http';
import { byId, mustById, nextId } from '../store';

const category = v.picklist(['TODO', 'IN_PROGRESS', 'DONE']);

function checkName(name: string): void {
  if (name.trim() === '') throw badRequest('The name of a status must not be empty.');
  if (name.length > 255) throw badRequest('The name is too long, maxSize=255');
}

async function create(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const { jira } = call;
  const body = await call.body(
    v.looseObject({
      scope: v.looseObject({ type: v.picklist(['GLOBAL', 'PROJECT']) }),
      statuses: v.array(
        v.looseObject({
          name: v.string(),
          description: v.optional(v.string(), ''),
          statusCategory: category,
        }),
      ),
    }),
  );
  if (body.scope.type !== 'GLOBAL') throw badRequest('host/jira models global statuses only.');
  for (const { name } of body.statuses) checkName(name);
  const taken = body.statuses.find((s) =>
    jira.state.statuses.some((other) => other.name.toLowerCase() === s.name.toLowerCase()),
  );
  if (taken) throw new JiraError(409, [`A status with the name '${taken.name}' already exists.`]);
  const statuses = body.statuses.map((s) => ({
    id: nextId(jira, 'status'),
    name: s.name,
    description: s.description,
    category: s.statusCategory,
  }));
  jira.state.statuses.push(...statuses);
  return ok(statuses.map(formatJiraStatus));
}

async function update(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const body = await call.body(
    v.looseObject({
      statuses: v.array(
        v.looseObject({
          id: v.string(),
          name: v.string(),
          description: v.optional(v.string(), ''),
          statusCategory: category,
        }),
      ),
    }),
  );
  const { statuses } = call.jira.state;
  for (const { id, name } of body.statuses) {
    if (!byId(statuses, id)) throw badRequest(`The status with id '${id}' does not exist.`);
    checkName(name);
    const names = statuses.map((other) => body.statuses.find((s) => s.id === other.id) ?? other);
    if (names.filter((other) => other.name.toLowerCase() === name.toLowerCase()).length > 1)
      throw badRequest(`A status with the name '${name}' already exists.`);
  }
  for (const change of body.statuses) {
    Object.assign(mustById(statuses, change.id), {
      name: change.name,
      description: change.description,
      category: change.statusCategory,
    });
  }
  return noContent();
}

function remove(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const ids = queryList(call, 'id');
  if (ids.length === 0 || ids.length > 50) throw badRequest('Between 1 and 50 status ids must be given.');
  for (const id of ids) {
    const status = byId(call.jira.state.statuses, id);
    if (!status) throw badRequest(`The status with id '${id}' does not exist.`);
    const workflow = call.jira.state.workflows.find((w) => w.statuses.some((s) => s.statusId === id));
    if (workflow)
      throw badRequest(
        `The status '${status.name}' cannot be deleted because the workflow '${workflow.name}' uses it.`,
      );
  }
  call.jira.state.statuses = call.jira.state.statuses.filter((s) => !ids.includes(s.id));
  return noContent();
}

function byIds(call: Call): Response {
  const ids = queryList(call, 'id');
  if (ids.length === 0) throw badRequest("The query parameter 'id' must be provided.");
  return ok(call.jira.state.statuses.filter((s) => ids.includes(s.id)).map(formatJiraStatus));
}

function search(call: Call): Response {
  const text = (call.query.get('searchString') ?? '').toLowerCase();
  const wanted = call.query.get('statusCategory');
  const found = call.jira.state.statuses.filter(
    (s) => s.name.toLowerCase().includes(text) && (wanted === null || s.category === wanted),
  );
  return page(call, found, formatJiraStatus, 200);
}

function one(call: Call): Response {
  const wanted = call.param('idOrName');
  const status = call.jira.state.statuses.find((s) => s.id === wanted || s.name === wanted);
  if (!status) throw notFound('The status was not found.');
  return ok(formatStatus(call.jira, status));
}

/** Statuses. */
export const statusRoutes: readonly Route[] = [
  route('GET', '/status', (call) => ok(call.jira.state.statuses.map((s) => formatStatus(call.jira, s))), {
    anonymous: true,
  }),
  route('GET', '/status/{idOrName}', one, { anonymous: true }),
  route('GET', '/statuses', byIds),
  route('POST', '/statuses', create),
  route('PUT', '/statuses', update),
  route('DELETE', '/statuses', remove),
  route('GET', '/statuses/search', search),
];
