import * as v from 'valibot';
import { requireAdmin } from '../access';
import type { NamedRecord } from '../entities';
import { badRequest, notFound } from '../errors';
import { created, noContent, route, seeTask, type Call, type Route } from '../http';
import { commitChanges, setFields } from '../issue-changes';
import { byId, nextId } from '../store';
import { finishedTask, formatTask } from '../tasks';

const details = v.looseObject({ name: v.string(), description: v.nullish(v.string()) });

/** A request's name and description, checked. @throws JiraError 400 */
async function content(call: Call, except?: NamedRecord) {
  const { name, description } = await call.body(details);
  if (name.length > 60 || name.trim() === '')
    throw badRequest('The name must have between 1 and 60 characters.');
  if ((description ?? '').length > 255)
    throw badRequest('The length of the description must not exceed 255 characters.');
  if (call.jira.state.resolutions.some((r) => r !== except && r.name.toLowerCase() === name.toLowerCase()))
    throw badRequest('A resolution with that name already exists.');
  return { name, description };
}

async function create(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const { name, description } = await content(call);
  const record = { id: nextId(call.jira, 'resolution'), name, description: description ?? '' };
  call.jira.state.resolutions.push(record);
  return created({ id: record.id });
}

function find(call: Call): NamedRecord {
  const id = call.param('id');
  const resolution = byId(call.jira.state.resolutions, id);
  if (!resolution) throw notFound(`Resolution with ID ${id} not found.`);
  return resolution;
}

async function update(call: Call): Promise<Response> {
  requireAdmin(call.jira, call.viewer);
  const resolution = find(call);
  const { name, description } = await content(call, resolution);
  resolution.name = name;
  resolution.description = description ?? resolution.description;
  return noContent();
}

/** Deletes a resolution; issues get the replacement. Workflow rules that set it are left as they are. */
function remove(call: Call): Response {
  requireAdmin(call.jira, call.viewer);
  const { jira } = call;
  const resolution = find(call);
  const replacement = call.query.get('replaceWith');
  if (replacement === null || replacement === '') throw badRequest('The id has to be provided.');
  if (replacement === resolution.id || !byId(jira.state.resolutions, replacement))
    throw badRequest('The replacement must be another resolution that exists.');
  for (const issue of jira.state.issues.filter((i) => i.fields['resolution'] === resolution.id)) {
    const resolved = issue.fields['resolutiondate'];
    const items = setFields(jira, issue, new Map([['resolution', replacement]]));
    // The issue was resolved when it was, whatever the resolution is called now.
    issue.fields['resolutiondate'] = resolved;
    commitChanges(jira, issue, call.viewer ?? '', items);
  }
  jira.state.resolutions = jira.state.resolutions.filter((other) => other !== resolution);
  const task = finishedTask(jira, call.viewer ?? '', 'Delete resolution', null);
  return seeTask(jira, task.id, formatTask(jira, task));
}

/** Changes to resolutions; they are read with the site's other lists. */
export const resolutionRoutes: readonly Route[] = [
  route('POST', '/resolution', create),
  route('PUT', '/resolution/{id}', update),
  route('DELETE', '/resolution/{id}', remove),
];
