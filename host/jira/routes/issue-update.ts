import * as v from 'valibot';
import type { IssueRecord } from '../entities';
import { badField } from '../errors';
import { applyOperations } from '../field-input';
import { formatFieldValue } from '../formatters/issue';
import type { Jira } from '../store';

/** How bodies refer to projects and issue types. */
export const reference = v.looseObject({
  id: v.optional(v.union([v.string(), v.number()])),
  key: v.optional(v.string()),
  name: v.optional(v.string()),
});

/** The body of create, edit and transition. */
export const issueUpdate = v.looseObject({
  fields: v.optional(v.record(v.string(), v.unknown()), {}),
  update: v.optional(v.record(v.string(), v.array(v.record(v.string(), v.unknown()))), {}),
  properties: v.optional(v.array(v.object({ key: v.string(), value: v.unknown() })), []),
  historyMetadata: v.optional(v.record(v.string(), v.unknown())),
  transition: v.optional(v.looseObject({ id: v.union([v.string(), v.number()]) })),
});
type IssueUpdate = v.InferOutput<typeof issueUpdate>;

/** Folds `update` operations into plain field values; comments are handled apart. */
export function foldedFields(jira: Jira, body: IssueUpdate, issue?: IssueRecord): Record<string, unknown> {
  const fields: Record<string, unknown> = { ...body.fields };
  for (const [id, operations] of Object.entries(body.update)) {
    if (id === 'comment') continue;
    if (id in fields)
      throw badField(id, `Field '${id}' cannot be set twice: once in 'fields' and once in 'update'.`);
    fields[id] = applyOperations(issue ? formatFieldValue(jira, issue, id) : null, operations);
  }
  return fields;
}
