import type { FieldRecord } from '../entities';
import type { Jira } from '../store';

/** How JQL may name a field. */
export const clauseNames = (field: FieldRecord): string[] =>
  field.custom ? [`cf[${field.id.slice('customfield_'.length)}]`, field.name] : [field.id];

/** A field (`FieldDetails`). */
export const formatField = (field: FieldRecord) => ({
  id: field.id,
  key: field.key,
  name: field.name,
  custom: field.custom,
  orderable: true,
  navigable: field.id !== 'comment',
  searchable: true,
  clauseNames: clauseNames(field),
  schema: field.schema,
});

/** A field of `GET /field/search` (`Field`). */
export const formatSearchField = (jira: Jira, field: FieldRecord) => ({
  id: field.id,
  key: field.key,
  name: field.name,
  schema: field.schema,
  description: field.description,
  ...(field.searcherKey === undefined ? {} : { searcherKey: field.searcherKey }),
  isLocked: field.forge !== undefined,
  isUnscreenable: false,
  screensCount: jira.state.screens.filter((s) => s.tabs.some((t) => t.fieldIds.includes(field.id))).length,
  contextsCount: jira.state.fieldContexts.filter((c) => c.fieldId === field.id).length,
});
