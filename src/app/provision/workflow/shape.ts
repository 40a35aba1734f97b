import * as v from 'valibot';

/** Workflows as Jira's bulk endpoints answer them; what we do not know is carried along unchanged. */

const Rule = v.looseObject({
  id: v.nullish(v.string()),
  ruleKey: v.string(),
  parameters: v.optional(v.nullable(v.record(v.string(), v.string())), {}),
});
export type Rule = v.InferOutput<typeof Rule>;

const Conditions = v.looseObject({
  operation: v.nullish(v.string()),
  conditions: v.optional(v.nullable(v.array(Rule)), []),
  conditionGroups: v.optional(v.nullable(v.array(v.unknown())), []),
});
export type Conditions = v.InferOutput<typeof Conditions>;

const Rules = v.optional(v.nullable(v.array(Rule)), []);
const Transition = v.looseObject({
  id: v.string(),
  name: v.string(),
  type: v.string(),
  toStatusReference: v.nullish(v.string()),
  links: v.optional(v.nullable(v.array(v.looseObject({ fromStatusReference: v.nullish(v.string()) }))), []),
  conditions: v.nullish(Conditions),
  validators: Rules,
  actions: Rules,
  transitionScreen: v.nullish(Rule),
});
export type Transition = v.InferOutput<typeof Transition>;

const Workflow = v.looseObject({
  id: v.string(),
  name: v.string(),
  description: v.nullish(v.string()),
  version: v.object({ id: v.string(), versionNumber: v.number() }),
  startPointLayout: v.optional(v.unknown()),
  loopedTransitionContainerLayout: v.optional(v.unknown()),
  statuses: v.array(v.looseObject({ statusReference: v.string() })),
  transitions: v.array(Transition),
});
export type Workflow = v.InferOutput<typeof Workflow>;

const WorkflowStatus = v.looseObject({
  id: v.string(),
  name: v.string(),
  statusCategory: v.string(),
  statusReference: v.string(),
});

/** Answer of `POST /workflows`. */
export const ReadReply = v.object({ workflows: v.array(Workflow), statuses: v.array(WorkflowStatus) });
export type ReadReply = v.InferOutput<typeof ReadReply>;

/** The part of `GET /workflows/capabilities` that names our rules. */
export const Capabilities = v.object({
  forgeRules: v.optional(v.array(v.object({ id: v.string(), ruleKey: v.string() })), []),
});
