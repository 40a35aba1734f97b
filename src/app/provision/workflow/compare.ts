import * as v from 'valibot';
import { changeStatuses, jiraStatusNames, type ChangeStatus } from '#core/change/status';
import { change } from '../step';
import type { PlannedChange } from '#core/panel/admin-contract';
import { ruleModules, transitions } from '#core/workflow/definition';
import { transitionKeys, type TransitionKey } from '#core/workflow/steps';
import { RuleConfig } from '#core/workflow/rule-config';
import {
  namesOf,
  resolutionRuleKey,
  wantedConfig,
  wantedResolution,
  type ForgeRule,
  type WorkflowSite,
} from './desired';
import type { Rule, Transition, Workflow } from './shape';

/** What people call our rules. */
const ruleWords: Readonly<Record<keyof typeof ruleModules, string>> = {
  condition: 'who may',
  validator: 'the ledger agrees',
  postFunction: 'follow the transition',
};

/** True for a rule of one of our modules, of whatever installation. */
export function isOurRule(rule: Rule, kind: keyof typeof ruleModules): boolean {
  return rule.parameters?.['key']?.endsWith(`/${ruleModules[kind]}`) ?? false;
}

/** True for the action that sets or clears the resolution. */
export function isResolutionRule(rule: Rule): boolean {
  return rule.ruleKey === resolutionRuleKey && rule.parameters?.['field'] === 'resolution';
}

/** A transition of ours and how it differs; empty: it is right. */
interface Compared {
  readonly key: TransitionKey;
  /** Undefined: missing. */
  readonly there: Transition | undefined;
  readonly wrong: readonly string[];
}

export interface Comparison {
  readonly transitions: readonly Compared[];
  readonly missingStatuses: readonly ChangeStatus[];
  /** Ways round our rules that somebody added. */
  readonly strangers: readonly Transition[];
  /** True: new issues do not begin in Draft. */
  readonly wrongStart: boolean;
}

/** Compares a workflow with its one source. Rules and transitions of others that do not weaken ours are left alone. */
export function compareWorkflow(workflow: Workflow, site: WorkflowSite): Comparison {
  const present = new Set(workflow.statuses.map(({ statusReference }) => statusReference));
  const ours = new Set(transitionKeys.map((key) => transitions[key].id));
  const initial = workflow.transitions.find(({ type }) => type === 'INITIAL');
  return {
    transitions: transitionKeys.map((key) => {
      const there = workflow.transitions.find(({ id }) => id === transitions[key].id);
      return { key, there, wrong: there ? differences(key, there, site) : ['missing'] };
    }),
    missingStatuses: changeStatuses.filter((status) => !present.has(site.reference(status))),
    strangers: workflow.transitions.filter(
      (transition) =>
        transition.type !== 'INITIAL' && !ours.has(transition.id) && goesRound(transition, site),
    ),
    wrongStart: initial?.toStatusReference !== site.reference('draft'),
  };
}

/** The comparison in words, one change per thing. */
export function changesOf(comparison: Comparison, workflow: Workflow, site: WorkflowSite): PlannedChange[] {
  return [
    ...comparison.missingStatuses.map((status) =>
      change('repair', `Workflow status "${jiraStatusNames[status]}"`, 'missing from the workflow'),
    ),
    ...(comparison.wrongStart
      ? [change('repair', 'Start of the workflow', 'new issues do not begin in Draft')]
      : []),
    ...comparison.transitions.flatMap(({ key, wrong }) =>
      wrong.length === 0 ? [] : [change('repair', `Transition "${transitions[key].name}"`, wrong.join('; '))],
    ),
    ...comparison.strangers.map((stranger) =>
      change(
        'repair',
        `Transition "${stranger.name}"`,
        `${wayOf(stranger, site)} without a rule of Query Change; will be removed`,
      ),
    ),
  ];
}

function differences(key: TransitionKey, there: Transition, site: WorkflowSite): string[] {
  const wanted = transitions[key];
  const from = fromOf(there, site);
  const sameFrom = from.length === wanted.from.length && wanted.from.every((status) => from.includes(status));
  return [
    ...(there.name === wanted.name ? [] : [`named "${there.name}", should be "${wanted.name}"`]),
    ...(there.type === 'DIRECTED' && sameFrom
      ? []
      : [
          `from ${there.type === 'DIRECTED' ? namesInWords(there, site) : 'any status'}, should be from ${namesOf(wanted.from)}`,
        ]),
    ...(there.toStatusReference === site.reference(wanted.to)
      ? []
      : [`to ${nameIn(there.toStatusReference, site)}, should be to ${jiraStatusNames[wanted.to]}`]),
    ...conditionWords(key, there, site),
    ...ruleProblems('validator', key, there.validators ?? [], wanted.validated, site),
    ...ruleProblems('postFunction', key, there.actions ?? [], wanted.reported, site),
    ...resolutionWords(key, there, site),
    ...(wanted.asksReason && there.transitionScreen?.parameters?.['screenId'] !== site.reasonScreenId
      ? ['does not show the screen that asks for a reason']
      : []),
  ];
}

function conditionWords(key: TransitionKey, there: Transition, site: WorkflowSite): string[] {
  const conditions = there.conditions?.conditions ?? [];
  const wrong = ruleProblems('condition', key, conditions, true, site);
  const others = conditions.length - 1 + (there.conditions?.conditionGroups ?? []).length;
  const optional = wrong.length === 0 && there.conditions?.operation === 'ANY' && others > 0;
  return optional ? [`the rule "${ruleWords.condition}" is one of several of which any suffices`] : wrong;
}

/** How the rules of one module on a transition differ from exactly the one that should be there, or none. */
function ruleProblems(
  kind: keyof typeof ruleModules,
  key: TransitionKey,
  rules: readonly Rule[],
  wanted: boolean,
  site: WorkflowSite,
): string[] {
  const ours = rules.filter((rule) => isOurRule(rule, kind));
  const words = `the rule "${ruleWords[kind]}"`;
  if (!wanted) return ours.length === 0 ? [] : [`${words} does not belong here`];
  const [rule] = ours;
  if (!rule) return [`${words} is missing`];
  if (ours.length > 1) return [`${words} is there ${ours.length} times`];
  return ruleWrong(rule, site.rules[kind], key, site).map((wrong) => `${words} ${wrong}`);
}

function ruleWrong(rule: Rule, forge: ForgeRule, key: TransitionKey, site: WorkflowSite): string[] {
  const { key: id, disabled, config } = rule.parameters ?? {};
  if (id !== forge.id || rule.ruleKey !== forge.ruleKey)
    return ['belongs to another installation of the app'];
  return [...(disabled === 'true' ? ['is disabled'] : []), ...configWords(config, wantedConfig(key, site))];
}

/** What people call the values of a rule's configuration. */
const configNames: Readonly<Record<keyof RuleConfig, string>> = {
  transition: 'transition',
  app: "the app's user",
  who: 'who',
  authorField: 'author field',
  groupField: 'approver group field',
  operatorGroup: 'operator group',
};

function configWords(text: string | undefined, wanted: RuleConfig): string[] {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), RuleConfig), text);
  if (!parsed.success) return ['has a configuration that is not ours'];
  const names = Object.keys(configNames) as (keyof RuleConfig)[];
  return names
    .filter((name) => parsed.output[name] !== wanted[name])
    .map((name) => `has ${configNames[name]} "${parsed.output[name]}", should be "${wanted[name]}"`);
}

function resolutionWords(key: TransitionKey, there: Transition, site: WorkflowSite): string[] {
  const wanted = wantedResolution(key, site);
  if (wanted === undefined) return [];
  const [rule, second] = (there.actions ?? []).filter(isResolutionRule);
  const should = wanted === '' ? 'should clear it' : 'should set it';
  if (!rule) return [`leaves the resolution, ${should}`];
  if (second) return [`changes the resolution more than once, ${should} once`];
  return rule.parameters?.['value'] === wanted ? [] : [`sets another resolution, ${should}`];
}

/** True: it touches our statuses and lets through whom our condition would not. */
function goesRound(transition: Transition, site: WorkflowSite): boolean {
  const touches =
    transition.type !== 'DIRECTED' ||
    fromOf(transition, site).length > 0 ||
    statusOf(transition.toStatusReference, site) !== undefined;
  const { operation, conditions } = transition.conditions ?? {};
  const alone =
    (conditions ?? []).length === 1 && (transition.conditions?.conditionGroups ?? []).length === 0;
  const guarded =
    (operation !== 'ANY' || alone) &&
    (conditions ?? []).some(
      (rule) =>
        isOurRule(rule, 'condition') &&
        rule.parameters?.['key'] === site.rules.condition.id &&
        rule.parameters['disabled'] !== 'true',
    );
  return touches && !guarded;
}

function statusOf(reference: string | null | undefined, site: WorkflowSite): ChangeStatus | undefined {
  return changeStatuses.find((status) => site.reference(status) === reference);
}

function fromOf(transition: Transition, site: WorkflowSite): ChangeStatus[] {
  return (transition.links ?? []).flatMap(
    ({ fromStatusReference }) => statusOf(fromStatusReference, site) ?? [],
  );
}

function nameIn(reference: string | null | undefined, site: WorkflowSite): string {
  const status = statusOf(reference, site);
  return status ? jiraStatusNames[status] : 'a status that is not ours';
}

function namesInWords(transition: Transition, site: WorkflowSite): string {
  const names = (transition.links ?? []).map(({ fromStatusReference }) => nameIn(fromStatusReference, site));
  return names.length === 0 ? 'nowhere' : names.join(', ');
}

function wayOf(transition: Transition, site: WorkflowSite): string {
  const from = transition.type === 'DIRECTED' ? namesInWords(transition, site) : 'any status';
  return `leads from ${from} to ${nameIn(transition.toStatusReference, site)}`;
}
