import * as v from 'valibot';
import { ask, read, withQuery, write } from './http';
import {
  FieldMetaShape,
  IssueShape,
  IssueTypeShape,
  ProjectShape,
  SearchShape,
  StatusShape,
  TransitionShape,
  UserShape,
  type AdfNode,
} from './shapes';

const API = '/rest/api/3';
const enc = encodeURIComponent;

/** An issue with everything that its page shows. */
export const readIssue = (key: string) =>
  read(`${API}/issue/${enc(key)}?fields=*all&expand=names,schema,renderedFields,changelog`, IssueShape);

/** The transitions that the person may start now, with the fields of their screens. */
export const readTransitions = async (key: string) =>
  (
    await read(
      `${API}/issue/${enc(key)}/transitions?expand=transitions.fields`,
      v.object({ transitions: v.array(TransitionShape) }),
    )
  ).transitions;

/** Starts a transition; fields and comment as its screen collected them. */
export const startTransition = (
  key: string,
  transitionId: string,
  fields: Readonly<Record<string, unknown>> = {},
  comment?: AdfNode,
) =>
  write('POST', `${API}/issue/${enc(key)}/transitions`, {
    transition: { id: transitionId },
    ...(Object.keys(fields).length > 0 ? { fields } : {}),
    ...(comment ? { update: { comment: [{ add: { body: comment } }] } } : {}),
  });

/** Changes fields of an issue. */
export const editIssue = (key: string, fields: Readonly<Record<string, unknown>>) =>
  write('PUT', `${API}/issue/${enc(key)}`, { fields });

/** The fields of the edit screen. */
export const readEditMeta = async (key: string) => {
  const answer = await read(
    `${API}/issue/${enc(key)}/editmeta`,
    v.object({ fields: v.record(v.string(), FieldMetaShape) }),
  );
  return Object.entries(answer.fields).map(([id, field]) => ({ ...field, fieldId: id }));
};

/** Adds a comment. */
export const addComment = (key: string, body: AdfNode) =>
  write('POST', `${API}/issue/${enc(key)}/comment`, { body });

/** The projects that the person may browse. */
export const readProjects = async () =>
  (await read(`${API}/project/search?maxResults=50`, v.object({ values: v.array(ProjectShape) }))).values;

/** The statuses of a project over all its issue types, each once. */
export const readStatuses = async (projectKey: string) => {
  const types = await read(
    `${API}/project/${enc(projectKey)}/statuses`,
    v.array(v.object({ statuses: v.array(StatusShape) })),
  );
  return [...new Map(types.flatMap((type) => type.statuses).map((status) => [status.id, status])).values()];
};

/** The issue types that can be created in a project. */
export const readIssueTypes = async (projectKey: string) => {
  const answer = await read(
    `${API}/issue/createmeta/${enc(projectKey)}/issuetypes?maxResults=100`,
    v.looseObject({
      issueTypes: v.optional(v.array(IssueTypeShape)),
      values: v.optional(v.array(IssueTypeShape)),
    }),
  );
  return (answer.issueTypes ?? answer.values ?? []).filter((type) => !type.subtask);
};

/** The fields of the create screen of an issue type. */
export const readCreateFields = async (projectKey: string, issueTypeId: string) => {
  const answer = await read(
    `${API}/issue/createmeta/${enc(projectKey)}/issuetypes/${enc(issueTypeId)}?maxResults=100`,
    v.looseObject({
      fields: v.optional(v.array(FieldMetaShape)),
      values: v.optional(v.array(FieldMetaShape)),
    }),
  );
  return answer.fields ?? answer.values ?? [];
};

/** Creates an issue and returns its key. */
export const createIssue = async (fields: Readonly<Record<string, unknown>>) =>
  (await ask('POST', `${API}/issue`, { fields }, v.object({ id: v.string(), key: v.string() }))).key;

/** One page of the issues that match a query. */
export const search = (jql: string, fields: readonly string[], nextPageToken?: string, maxResults = 25) =>
  ask(
    'POST',
    `${API}/search/jql`,
    { jql, fields, maxResults, ...(nextPageToken === undefined ? {} : { nextPageToken }) },
    SearchShape,
  );

/** About how many issues match a query. */
export const count = async (jql: string) =>
  (await ask('POST', `${API}/search/approximate-count`, { jql }, v.object({ count: v.number() }))).count;

/** All fields of the site, to name columns. */
export const readFields = () =>
  read(
    `${API}/field`,
    v.array(v.object({ id: v.string(), name: v.string(), custom: v.optional(v.boolean(), false) })),
  );

/** People who can be assigned in a project. */
export const readAssignable = (projectKey: string) =>
  read(
    withQuery(`${API}/user/assignable/search`, { project: projectKey, maxResults: 100 }),
    v.array(UserShape),
  );
