import { jiraStatusNames, type ChangeStatus } from '#core/change/status';
import {
  resolutionNames,
  type ruleModules,
  transitions,
  type TransitionDefinition,
} from '#core/workflow/definition';
import type { TransitionKey } from '#core/workflow/steps';
import { ruleConfig, type RuleSite } from '#core/workflow/actor-condition';
import type { RuleConfig } from '#core/workflow/rule-config';
import type { Rule, Transition } from './shape';

/** A rule of ours as Jira offers it: read from Jira, not composed. */
export interface ForgeRule {
  readonly id: string;
  readonly ruleKey: string;
}

export type OurRules = Readonly<Record<keyof typeof ruleModules, ForgeRule>>;

/** Everything of the site that the workflow's transitions name. */
export interface WorkflowSite {
  readonly rules: OurRules;
  readonly config: RuleSite;
  /** Id of the resolution that a status sets. */
  readonly resolutionId: (status: ChangeStatus) => string;
  readonly reasonScreenId: string;
  /** Reference of a status in the payload. */
  readonly reference: (status: ChangeStatus) => string;
}

/** The configuration of our rules on a transition. */
export function wantedConfig(key: TransitionKey, site: WorkflowSite): RuleConfig {
  return ruleConfig(key, site.config);
}

/** Our rule as Jira stores it. */
function ourRule(forge: ForgeRule, key: TransitionKey, site: WorkflowSite): Rule {
  const config = JSON.stringify(wantedConfig(key, site));
  return { ruleKey: forge.ruleKey, parameters: { key: forge.id, config, disabled: 'false', tag: '' } };
}

export const resolutionRuleKey = 'system:update-field';

/** What a transition does to the resolution: its id, '' to clear it, undefined to leave it. */
export function wantedResolution(key: TransitionKey, site: WorkflowSite): string | undefined {
  const { from, to } = transitions[key];
  if (resolutionNames[to] !== undefined) return site.resolutionId(to);
  return from.some((status) => resolutionNames[status] !== undefined) ? '' : undefined;
}

function resolutionRule(value: string): Rule {
  return { ruleKey: resolutionRuleKey, parameters: { field: 'resolution', value, mode: 'replace' } };
}

function reasonScreen(screenId: string): Rule {
  return { ruleKey: 'system:transition-screen', parameters: { screenId } };
}

/** A transition as it should be, when nobody has touched it. */
export function wantedTransition(key: TransitionKey, site: WorkflowSite): Transition {
  const { id, name, from, to, validated, reported, asksReason }: TransitionDefinition = transitions[key];
  const resolution = wantedResolution(key, site);
  return {
    id,
    name,
    type: 'DIRECTED',
    toStatusReference: site.reference(to),
    links: from.map((status) => ({ fromStatusReference: site.reference(status), fromPort: 0, toPort: 1 })),
    conditions: {
      operation: 'ALL',
      conditions: [ourRule(site.rules.condition, key, site)],
      conditionGroups: [],
    },
    validators: validated ? [ourRule(site.rules.validator, key, site)] : [],
    actions: [
      ...(resolution === undefined ? [] : [resolutionRule(resolution)]),
      ...(reported ? [ourRule(site.rules.postFunction, key, site)] : []),
    ],
    triggers: [],
    properties: {},
    ...(asksReason ? { transitionScreen: reasonScreen(site.reasonScreenId) } : {}),
  };
}

/** The transition by which issues come into being. It must have no conditions. */
export function initialTransition(site: WorkflowSite): Transition {
  return {
    id: '1',
    name: 'Create',
    type: 'INITIAL',
    toStatusReference: site.reference('draft'),
    links: [],
    actions: [],
    validators: [],
    triggers: [],
    properties: {},
  };
}

/** Names of statuses in words, in their order. */
export function namesOf(statuses: readonly ChangeStatus[]): string {
  return statuses.map((status) => jiraStatusNames[status]).join(', ');
}
