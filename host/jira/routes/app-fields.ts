import * as v from 'valibot';
import { isAdf } from '../adf';
import type { FieldRecord } from '../entities';
import { badRequest, forbidden, notFound } from '../errors';
import { noContent, route, type Call, type Route } from '../http';
import { commitChanges, setFields } from '../issue-changes';
import { byId, fieldByIdOrKey, issueByIdOrKey, userById } from '../store';

const one = v.object({ issueIds: v.array(v.number()), value: v.unknown() });
const many = v.object({ customField: v.string(), issueIds: v.array(v.number()), value: v.unknown() });

/** The Forge field of the calling app; anybody else, the app's user by other means included, is refused. */
function owned(call: Call, idOrKey: string): FieldRecord {
  const field = fieldByIdOrKey(call.jira, idOrKey);
  if (!field?.forge) throw notFound(`The field '${idOrKey}' does not exist or is not a field of an app.`);
  const isApp =
    call.origin.via === 'forge' &&
    call.origin.principal.kind === 'app' &&
    call.viewer === call.jira.app?.accountId;
  if (!isApp) throw forbidden('Only the app that owns the custom field can update its values.');
  return field;
}

function checkValue(call: Call, field: FieldRecord, value: unknown): unknown {
  if (value === null || value === undefined) return null;
  const { type, items } = field.schema;
  const bad = badRequest(`The value of field '${field.id}' is not a valid ${type}.`);
  const check = (kind: string | undefined, item: unknown): unknown => {
    if (kind === 'number' && typeof item !== 'number') throw bad;
    if (kind === 'object' && typeof item !== 'object') throw bad;
    if (kind === 'user') {
      const id = typeof item === 'object' && item !== null && 'accountId' in item ? item.accountId : item;
      if (typeof id !== 'string' || !userById(call.jira, id)) throw bad;
      return id;
    }
    if (kind === 'group') {
      const name = typeof item === 'object' && item !== null && 'name' in item ? item.name : item;
      const group = call.jira.state.groups.find((g) => g.name === name || g.groupId === name);
      if (!group) throw bad;
      return group.groupId;
    }
    if (
      (kind === 'string' || kind === 'date' || kind === 'datetime') &&
      typeof item !== 'string' &&
      !isAdf(item)
    )
      throw bad;
    if (kind === 'string' && typeof item === 'string' && item.length > 32_767) throw bad;
    return item;
  };
  if (type !== 'array') return check(type, value);
  if (!Array.isArray(value) || value.length > 100) throw bad;
  return value.map((item: unknown) => check(items, item));
}

function apply(call: Call, field: FieldRecord, issueIds: readonly number[], input: unknown): void {
  const value = checkValue(call, field, input);
  const issues = issueIds.map((id) => {
    const issue = issueByIdOrKey(call.jira, String(id));
    if (!issue) throw notFound(`The issue with id ${id} does not exist.`);
    return issue;
  });
  for (const issue of issues) {
    commitChanges(
      call.jira,
      issue,
      call.viewer ?? '',
      setFields(call.jira, issue, new Map([[field.id, value]])),
      {
        event: call.query.get('generateAppEvents') !== 'false',
        changelog: call.query.get('generateChangelog') !== 'false',
      },
    );
  }
}

async function updateOne(call: Call): Promise<Response> {
  const field = owned(call, call.param('fieldIdOrKey'));
  const body = await call.body(v.looseObject({ updates: v.array(one) }));
  for (const update of body.updates) apply(call, field, update.issueIds, update.value);
  return noContent();
}

async function updateMany(call: Call): Promise<Response> {
  const body = await call.body(v.looseObject({ updates: v.array(many) }));
  const fields = body.updates.map((update) => owned(call, update.customField));
  for (const [at, update] of body.updates.entries()) {
    const field = byId(fields, fields[at]?.id ?? '');
    if (field) apply(call, field, update.issueIds, update.value);
  }
  return noContent();
}

/** Values of Forge fields, written by their app. */
export const appFieldRoutes: readonly Route[] = [
  route('PUT', '/app/field/{fieldIdOrKey}/value', updateOne),
  route('POST', '/app/field/value', updateMany),
];
