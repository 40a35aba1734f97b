import * as v from 'valibot';

const optionalText = v.nullish(v.string());

/** An ADF node; its content is checked where it is drawn. */
export interface AdfNode {
  readonly type: string;
  readonly text?: string | undefined;
  readonly attrs?: Readonly<Record<string, unknown>> | undefined;
  readonly marks?:
    | readonly { readonly type: string; readonly attrs?: Readonly<Record<string, unknown>> | undefined }[]
    | undefined;
  readonly content?: readonly AdfNode[] | undefined;
}

const Attrs = v.record(v.string(), v.unknown());

/** ADF of Jira: a document or a part of one. */
export const AdfShape: v.GenericSchema<unknown, AdfNode> = v.object({
  type: v.string(),
  text: v.optional(v.string()),
  attrs: v.optional(Attrs),
  marks: v.optional(v.array(v.object({ type: v.string(), attrs: v.optional(Attrs) }))),
  content: v.optional(v.array(v.lazy(() => AdfShape))),
});

/** A person or app, as embedded in other resources. */
export const UserShape = v.object({
  accountId: v.string(),
  displayName: v.string(),
  accountType: v.optional(v.string()),
});

/** A status with its category (`new`, `indeterminate`, `done`). */
export const StatusShape = v.object({
  id: v.string(),
  name: v.string(),
  statusCategory: v.object({ key: v.string() }),
});
/** A status. */
export type Status = v.InferOutput<typeof StatusShape>;

const NamedShape = v.object({ id: v.string(), name: v.string() });

const CommentShape = v.object({
  id: v.string(),
  author: v.optional(UserShape),
  body: AdfShape,
  created: v.string(),
  updated: v.string(),
});
/** A comment. */
export type Comment = v.InferOutput<typeof CommentShape>;

const HistoryShape = v.object({
  id: v.string(),
  author: v.optional(UserShape),
  created: v.string(),
  items: v.array(v.looseObject({ field: v.string(), fromString: optionalText, toString: optionalText })),
});
/** One entry of the changelog. */
export type History = v.InferOutput<typeof HistoryShape>;

const FieldSchemaShape = v.object({
  type: v.string(),
  items: v.optional(v.string()),
  system: v.optional(v.string()),
  custom: v.optional(v.string()),
});

const FieldsShape = v.objectWithRest(
  {
    summary: v.string(),
    status: StatusShape,
    issuetype: NamedShape,
    project: v.object({ id: v.string(), key: v.string(), name: v.string() }),
    created: v.string(),
    updated: v.string(),
    description: v.nullish(AdfShape),
    assignee: v.nullish(UserShape),
    reporter: v.nullish(UserShape),
    priority: v.nullish(NamedShape),
    resolution: v.nullish(NamedShape),
    resolutiondate: optionalText,
    duedate: optionalText,
    labels: v.optional(v.array(v.string()), []),
    comment: v.optional(v.object({ comments: v.array(CommentShape) })),
  },
  v.unknown(),
);

/** An issue with all its fields, names, schemas and changelog. */
export const IssueShape = v.object({
  id: v.string(),
  key: v.string(),
  fields: FieldsShape,
  names: v.optional(v.record(v.string(), v.string()), {}),
  schema: v.optional(v.record(v.string(), FieldSchemaShape), {}),
  renderedFields: v.optional(v.record(v.string(), v.unknown()), {}),
  changelog: v.optional(v.object({ histories: v.array(HistoryShape) })),
});
/** An issue. */
export type Issue = v.InferOutput<typeof IssueShape>;

/** An issue as search returns it: only the fields that were asked for. */
const RowShape = v.object({ id: v.string(), key: v.string(), fields: FieldsShape });
/** A search result. */
export type Row = v.InferOutput<typeof RowShape>;

/** One page of a search. */
export const SearchShape = v.object({
  issues: v.array(RowShape),
  nextPageToken: v.optional(v.string()),
  isLast: v.optional(v.boolean()),
});

/** A field on a screen, as create, edit and transition metadata describe it. */
export const FieldMetaShape = v.object({
  fieldId: v.optional(v.string()),
  key: v.optional(v.string()),
  name: v.string(),
  required: v.boolean(),
  defaultValue: v.optional(v.unknown()),
  schema: FieldSchemaShape,
  allowedValues: v.optional(
    v.array(
      v.looseObject({
        id: v.optional(v.string()),
        name: v.optional(v.string()),
        value: v.optional(v.string()),
      }),
    ),
  ),
});
/** A field on a screen. */
export type FieldMeta = v.InferOutput<typeof FieldMetaShape>;

/** A transition that this person may start now. */
export const TransitionShape = v.object({
  id: v.string(),
  name: v.string(),
  to: StatusShape,
  hasScreen: v.optional(v.boolean(), false),
  fields: v.optional(v.record(v.string(), FieldMetaShape), {}),
});
/** A transition. */
export type Transition = v.InferOutput<typeof TransitionShape>;

/** A project, as lists show it. */
export const ProjectShape = v.object({ id: v.string(), key: v.string(), name: v.string() });
/** A project. */
export type Project = v.InferOutput<typeof ProjectShape>;

/** An issue type that can be created. */
export const IssueTypeShape = v.object({
  id: v.string(),
  name: v.string(),
  subtask: v.optional(v.boolean(), false),
  hierarchyLevel: v.optional(v.number(), 0),
});
/** An issue type. */
export type IssueType = v.InferOutput<typeof IssueTypeShape>;
