import { changeStatuses, jiraStatusNames, type ChangeStatus } from '#core/change/status';
import { issueTypeName, statusCategories } from '#core/workflow/definition';
import { transitionKeys } from '#core/workflow/steps';
import { compareWorkflow, isOurRule, isResolutionRule } from './compare';
import { initialTransition, wantedTransition, type WorkflowSite } from './desired';
import type { Conditions, ReadReply, Transition, Workflow } from './shape';

const description = 'Reviewed database changes. Made by Query Change; its rules are checked for drift.';

const layoutOf = (status: ChangeStatus): object => {
  const index = changeStatuses.indexOf(status);
  return { x: (index % 4) * 200, y: Math.floor(index / 4) * 150 };
};

const statusInput = (status: ChangeStatus, id: string, site: WorkflowSite): object => ({
  id,
  name: jiraStatusNames[status],
  statusCategory: statusCategories[status],
  statusReference: site.reference(status),
});

const statusPlace = (status: ChangeStatus, site: WorkflowSite): object => ({
  statusReference: site.reference(status),
  layout: layoutOf(status),
  properties: {},
});

/** The whole workflow as `POST /workflows/create` takes it. */
export function createPayload(site: WorkflowSite, statusId: (status: ChangeStatus) => string): object {
  return {
    scope: { type: 'GLOBAL' },
    statuses: changeStatuses.map((status) => statusInput(status, statusId(status), site)),
    workflows: [
      {
        name: issueTypeName,
        description,
        startPointLayout: { x: -100, y: 0 },
        statuses: changeStatuses.map((status) => statusPlace(status, site)),
        transitions: [initialTransition(site), ...transitionKeys.map((key) => wantedTransition(key, site))],
      },
    ],
  };
}

/**
 * The repaired workflow as `POST /workflows/update` takes it. The update replaces the whole, so everything that is right,
 * or not ours and harmless, goes back as it came.
 */
export function updatePayload(
  read: ReadReply,
  workflow: Workflow,
  site: WorkflowSite,
  statusId: (status: ChangeStatus) => string,
): object {
  const { transitions, missingStatuses, strangers, wrongStart } = compareWorkflow(workflow, site);
  const used = new Set(workflow.statuses.map(({ statusReference }) => statusReference));
  const ours = new Set(transitions.map(({ there }) => there?.id));
  const kept = workflow.transitions
    .filter((transition) => !ours.has(transition.id) && !strangers.includes(transition))
    .map((transition) =>
      transition.type === 'INITIAL' && wrongStart
        ? { ...transition, toStatusReference: site.reference('draft') }
        : transition,
    );
  const { id, version, startPointLayout, loopedTransitionContainerLayout } = workflow;
  return {
    statuses: [
      ...read.statuses.filter(({ statusReference }) => used.has(statusReference)),
      ...missingStatuses.map((status) => statusInput(status, statusId(status), site)),
    ],
    workflows: [
      {
        id,
        version,
        description: workflow.description ?? description,
        ...(startPointLayout ? { startPointLayout } : {}),
        ...(loopedTransitionContainerLayout ? { loopedTransitionContainerLayout } : {}),
        statuses: [...workflow.statuses, ...missingStatuses.map((status) => statusPlace(status, site))],
        transitions: [
          ...kept,
          ...transitions.map(({ key, there, wrong }) => {
            if (there && wrong.length === 0) return there;
            const wanted = wantedTransition(key, site);
            return there ? repaired(there, wanted) : wanted;
          }),
        ],
      },
    ],
  };
}

/** A transition of ours brought back, with what others added to it and does not weaken it. */
function repaired(there: Transition, wanted: Transition): Transition {
  const validators = (there.validators ?? []).filter((rule) => !isOurRule(rule, 'validator'));
  const others = (there.actions ?? []).filter((rule) => !isOurRule(rule, 'postFunction'));
  const actions = (wanted.actions ?? []).some(isResolutionRule)
    ? others.filter((rule) => !isResolutionRule(rule))
    : others;
  // A screen of others stays where we need none.
  return {
    ...there,
    ...wanted,
    properties: there['properties'] ?? {},
    links: sameLinks(there, wanted) ? there.links : wanted.links,
    conditions: repairedConditions(there.conditions, wanted.conditions),
    validators: [...(wanted.validators ?? []), ...validators],
    actions: [...(wanted.actions ?? []), ...actions],
  };
}

/** Ours and theirs: a group of which any sufficed becomes a group beside ours. */
function repairedConditions(
  there: Conditions | null | undefined,
  wanted: Conditions | null | undefined,
): Conditions {
  const ours = wanted?.conditions ?? [];
  const theirs = (there?.conditions ?? []).filter((rule) => !isOurRule(rule, 'condition'));
  const groups = there?.conditionGroups ?? [];
  const apart = there?.operation === 'ANY' && theirs.length + groups.length > 0;
  return {
    operation: 'ALL',
    conditions: apart ? ours : [...ours, ...theirs],
    conditionGroups: apart ? [{ operation: 'ANY', conditions: theirs, conditionGroups: groups }] : groups,
  };
}

function sameLinks(there: Transition, wanted: Transition): boolean {
  const from = (transition: Transition): string =>
    JSON.stringify(
      (transition.links ?? []).map(({ fromStatusReference }) => fromStatusReference ?? '').toSorted(),
    );
  return there.type === wanted.type && from(there) === from(wanted);
}
