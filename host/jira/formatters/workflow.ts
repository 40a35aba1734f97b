import type { StatusRecord } from '../entities';
import type {
  ConditionGroupRecord,
  RuleRecord,
  TransitionRecord,
  WorkflowRecord,
  WorkflowSchemeRecord,
} from '../entities-workflow';
import { byId, mustById, selfLink, type Jira } from '../store';

/** A status as the workflow API shows it; its reference is its id, stable between reads ⚠. */
const formatWorkflowStatus = (status: StatusRecord) => ({
  id: status.id,
  name: status.name,
  description: status.description,
  statusCategory: status.category,
  statusReference: status.id,
  scope: { type: 'GLOBAL' },
});

/** A status of `/statuses` (`JiraStatus`). */
export const formatJiraStatus = (status: StatusRecord) => ({
  id: status.id,
  name: status.name,
  description: status.description,
  statusCategory: status.category,
  scope: { type: 'GLOBAL' },
});

const formatRule = (rule: RuleRecord) => ({
  id: rule.id,
  ruleKey: rule.ruleKey,
  parameters: rule.parameters,
});

const formatConditions = (group: ConditionGroupRecord): unknown => ({
  operation: group.operation,
  conditions: group.conditions.map(formatRule),
  conditionGroups: group.conditionGroups.map(formatConditions),
});

const formatTransition = (transition: TransitionRecord) => ({
  id: transition.id,
  name: transition.name,
  description: transition.description,
  type: transition.type,
  toStatusReference: transition.toStatusId,
  links: transition.links.map(({ fromStatusId, ...ports }) => ({
    fromStatusReference: fromStatusId,
    ...ports,
  })),
  ...(transition.conditions ? { conditions: formatConditions(transition.conditions) } : {}),
  validators: transition.validators.map(formatRule),
  actions: transition.actions.map(formatRule),
  triggers: [],
  ...(transition.transitionScreen ? { transitionScreen: formatRule(transition.transitionScreen) } : {}),
  properties: transition.properties,
});

/** A workflow (`JiraWorkflow`). */
export const formatWorkflow = (workflow: WorkflowRecord) => ({
  id: workflow.id,
  name: workflow.name,
  description: workflow.description,
  isEditable: true,
  scope: { type: 'GLOBAL' },
  version: { id: workflow.versionId, versionNumber: workflow.versionNumber },
  created: workflow.created,
  updated: workflow.updated,
  ...(workflow.startPointLayout ? { startPointLayout: workflow.startPointLayout } : {}),
  statuses: workflow.statuses.map(({ statusId, layout, properties }) => ({
    statusReference: statusId,
    ...(layout ? { layout } : {}),
    properties,
    deprecated: false,
  })),
  transitions: workflow.transitions.map(formatTransition),
});

/** Workflows with the statuses they use. */
export function formatWorkflows(jira: Jira, workflows: readonly WorkflowRecord[]) {
  const ids = new Set(workflows.flatMap((w) => w.statuses.map((s) => s.statusId)));
  return {
    statuses: jira.state.statuses.filter((s) => ids.has(s.id)).map(formatWorkflowStatus),
    workflows: workflows.map(formatWorkflow),
  };
}

const metadata = (workflow: WorkflowRecord) => ({
  id: workflow.id,
  name: workflow.name,
  description: workflow.description,
  version: { id: workflow.versionId, versionNumber: workflow.versionNumber },
});

/** A workflow scheme of `/workflowscheme/read`. */
export function formatSchemeRead(jira: Jira, scheme: WorkflowSchemeRecord) {
  const ids = [...new Set(Object.values(scheme.issueTypeMappings))];
  return {
    id: scheme.id,
    name: scheme.name,
    description: scheme.description,
    scope: { type: 'GLOBAL' },
    version: { id: scheme.versionId, versionNumber: scheme.versionNumber },
    defaultWorkflow: metadata(mustById(jira.state.workflows, scheme.defaultWorkflowId)),
    workflowsForIssueTypes: ids.map((id) => ({
      workflow: metadata(mustById(jira.state.workflows, id)),
      issueTypeIds: Object.entries(scheme.issueTypeMappings)
        .filter(([, w]) => w === id)
        .map(([type]) => type),
    })),
  };
}

/** A workflow scheme of the older endpoints (`WorkflowScheme`): workflows by name. */
export const formatScheme = (jira: Jira, scheme: WorkflowSchemeRecord) => ({
  id: Number(scheme.id),
  name: scheme.name,
  description: scheme.description,
  defaultWorkflow: mustById(jira.state.workflows, scheme.defaultWorkflowId).name,
  issueTypeMappings: Object.fromEntries(
    Object.entries(scheme.issueTypeMappings).map(([type, id]) => [
      type,
      byId(jira.state.workflows, id)?.name ?? id,
    ]),
  ),
  draft: false,
  self: selfLink(jira, `workflowscheme/${scheme.id}`),
});
