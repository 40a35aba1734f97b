import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { StatusRecord } from '../entities';
import type {
  ConditionGroupRecord,
  RuleRecord,
  TransitionRecord,
  WorkflowRecord,
} from '../entities-workflow';
import { byId, nextId, nowIso, type Jira } from '../store';

const text = v.nullish(v.string(), '');
const layout = v.nullish(v.looseObject({ x: v.number(), y: v.number() }));
const parameters = v.nullish(v.record(v.string(), v.string()), {});
const rule = v.object({ id: v.nullish(v.string()), ruleKey: v.string(), parameters });

interface ConditionInput {
  operation: 'ALL' | 'ANY';
  conditions?: v.InferOutput<typeof rule>[] | null | undefined;
  conditionGroups?: ConditionInput[] | null | undefined;
}
const conditionGroup: v.GenericSchema<unknown, ConditionInput> = v.object({
  operation: v.picklist(['ALL', 'ANY']),
  conditions: v.nullish(v.array(rule), []),
  conditionGroups: v.nullish(v.array(v.lazy(() => conditionGroup)), []),
});

const transition = v.object({
  id: v.string(),
  name: v.string(),
  description: text,
  type: v.picklist(['INITIAL', 'GLOBAL', 'DIRECTED']),
  toStatusReference: v.nullish(v.string()),
  links: v.nullish(
    v.array(
      v.object({
        fromStatusReference: v.nullish(v.string()),
        fromPort: v.nullish(v.number()),
        toPort: v.nullish(v.number()),
      }),
    ),
    [],
  ),
  conditions: v.nullish(conditionGroup),
  validators: v.nullish(v.array(rule), []),
  actions: v.nullish(v.array(rule), []),
  triggers: v.nullish(v.array(v.unknown()), []),
  transitionScreen: v.nullish(rule),
  properties: parameters,
  customIssueEventId: v.nullish(v.string()),
});

/** A status as workflow payloads define or reference it. */
const statusInput = v.object({
  id: v.nullish(v.string()),
  name: v.string(),
  description: text,
  statusCategory: v.picklist(['TODO', 'IN_PROGRESS', 'DONE']),
  statusReference: v.string(),
});
const statusLayout = v.looseObject({ statusReference: v.string(), layout, properties: parameters });

const body = {
  description: text,
  startPointLayout: layout,
  loopedTransitionContainerLayout: layout,
  statuses: v.array(statusLayout),
  transitions: v.array(transition),
};

/** Body of `POST /workflows/create`. */
export const createRequest = v.object({
  scope: v.looseObject({ type: v.picklist(['GLOBAL', 'PROJECT']) }),
  statuses: v.optional(v.array(statusInput), []),
  workflows: v.array(v.object({ name: v.string(), ...body })),
});

/** Body of `POST /workflows/update`. */
export const updateRequest = v.object({
  statuses: v.optional(v.array(statusInput), []),
  workflows: v.array(
    v.looseObject({
      id: v.string(),
      version: v.object({ id: v.string(), versionNumber: v.number() }),
      ...body,
      defaultStatusMappings: v.nullish(
        v.array(v.object({ oldStatusReference: v.string(), newStatusReference: v.string() })),
        [],
      ),
    }),
  ),
});

/** A workflow as the create and update payloads describe it. */
export type WorkflowInput = Omit<v.InferOutput<typeof createRequest>['workflows'][number], 'name'>;
/** A status of such a payload. */
export type StatusInput = v.InferOutput<typeof statusInput>;
/** A rule of such a payload. */
export type RuleInput = v.InferOutput<typeof rule>;
/** A transition of such a payload. */
export type TransitionInput = v.InferOutput<typeof transition>;
/** A condition tree of such a payload. */
export type { ConditionInput };

const toRule = (input: RuleInput): RuleRecord => ({
  id: input.id ?? randomUUID(),
  ruleKey: input.ruleKey,
  // Jira gives every Forge rule an id of its own inside its parameters.
  parameters: input.ruleKey.startsWith('forge:')
    ? { id: randomUUID(), disabled: 'false', tag: '', ...input.parameters }
    : { ...input.parameters },
});

const toGroup = (input: ConditionInput): ConditionGroupRecord => ({
  operation: input.operation,
  conditions: (input.conditions ?? []).map(toRule),
  conditionGroups: (input.conditionGroups ?? []).map(toGroup),
});

function toTransition(input: TransitionInput, statusId: (reference: string) => string): TransitionRecord {
  return {
    id: input.id,
    name: input.name,
    description: input.description,
    type: input.type,
    toStatusId: statusId(input.toStatusReference ?? ''),
    links: input.links.map((link) => ({
      fromStatusId: statusId(link.fromStatusReference ?? ''),
      ...(link.fromPort == null ? {} : { fromPort: link.fromPort }),
      ...(link.toPort == null ? {} : { toPort: link.toPort }),
    })),
    ...(input.conditions ? { conditions: toGroup(input.conditions) } : {}),
    validators: input.validators.map(toRule),
    actions: input.actions.map(toRule),
    ...(input.transitionScreen ? { transitionScreen: toRule(input.transitionScreen) } : {}),
    properties: input.properties,
  };
}

/** Finds or creates the statuses of a payload; returns the id of each reference. */
export function saveStatuses(jira: Jira, inputs: readonly StatusInput[]): Map<string, string> {
  const ids = new Map<string, string>();
  for (const input of inputs) {
    const known: StatusRecord | undefined =
      byId(jira.state.statuses, input.id ?? input.statusReference) ??
      jira.state.statuses.find((status) => status.name.toLowerCase() === input.name.toLowerCase());
    if (known) {
      if (input.id)
        Object.assign(known, {
          name: input.name,
          description: input.description,
          category: input.statusCategory,
        });
      ids.set(input.statusReference, known.id);
      continue;
    }
    const status = {
      id: nextId(jira, 'status'),
      name: input.name,
      description: input.description,
      category: input.statusCategory,
    };
    jira.state.statuses.push(status);
    ids.set(input.statusReference, status.id);
  }
  return ids;
}

/** The parts of a workflow that create and update replace as a whole. */
export function workflowContent(jira: Jira, input: WorkflowInput, ids: ReadonlyMap<string, string>) {
  const statusId = (reference: string): string =>
    ids.get(reference) ?? byId(jira.state.statuses, reference)?.id ?? reference;
  return {
    description: input.description,
    ...(input.startPointLayout
      ? { startPointLayout: { x: input.startPointLayout.x, y: input.startPointLayout.y } }
      : {}),
    statuses: input.statuses.map((status) => ({
      statusId: statusId(status.statusReference),
      ...(status.layout ? { layout: { x: status.layout.x, y: status.layout.y } } : {}),
      properties: status.properties,
    })),
    transitions: input.transitions.map((t) => toTransition(t, statusId)),
    updated: nowIso(jira),
  };
}

/** A new workflow from a payload. */
export const newWorkflow = (
  jira: Jira,
  name: string,
  input: WorkflowInput,
  ids: ReadonlyMap<string, string>,
): WorkflowRecord => ({
  id: randomUUID(),
  name,
  versionId: randomUUID(),
  versionNumber: 1,
  created: nowIso(jira),
  isDefault: false,
  ...workflowContent(jira, input, ids),
});
