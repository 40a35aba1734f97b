import { extensionAri, type AppModule } from '../../contract';
import { can, inRole } from '../access';
import type { IssueRecord, ProjectRecord } from '../entities';
import type {
  ConditionGroupRecord,
  RuleRecord,
  TransitionRecord,
  WorkflowRecord,
} from '../entities-workflow';
import {
  expressionIssue,
  expressionProject,
  expressionTransition,
  expressionUser,
} from '../expressions/context';
import { evaluateExpression } from '../expressions/interpreter';
import { inContext } from '../field-input';
import { byId, mustById, userById, type Jira } from '../store';

/** What a rule is evaluated against. `issue` already carries the edits of the transition screen. */
export interface RuleSituation {
  readonly jira: Jira;
  readonly actor: string | undefined;
  readonly issue: IssueRecord;
  readonly originalIssue: IssueRecord;
  readonly project: ProjectRecord;
  readonly workflow: WorkflowRecord;
  readonly transition: TransitionRecord;
  /** Field values set on the transition, as the client sent them. */
  readonly modifiedFields: Readonly<Record<string, unknown>>;
}

/** Splits a comma separated rule parameter. */
const listParameter = (rule: RuleRecord, name: string): string[] =>
  (rule.parameters[name] ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** The module of the installed app that a Forge rule names; undefined when there is none. */
export function forgeModule(jira: Jira, rule: RuleRecord, moduleType: string): AppModule | undefined {
  const app = jira.app;
  if (!app) return undefined;
  return app.modules[moduleType]?.find(({ key }) => rule.parameters['key'] === extensionAri(app, key));
}

/** The configuration of a Forge rule: its JSON string, parsed; null when it is not JSON. */
export function ruleConfiguration(rule: RuleRecord): unknown {
  try {
    return JSON.parse(rule.parameters['config'] ?? '{}') as unknown;
  } catch {
    return null;
  }
}

/** Variables of a rule expression (reference/forge-platform.md 2.3). */
function ruleVariables(s: RuleSituation, rule: RuleRecord): Record<string, unknown> {
  return {
    user: expressionUser(s.jira, s.actor),
    issue: expressionIssue(s.jira, s.issue),
    originalIssue: expressionIssue(s.jira, s.originalIssue),
    project: expressionProject(s.jira, s.project),
    transition: expressionTransition(s.jira, s.transition, s.originalIssue.statusId),
    workflow: { id: s.workflow.id, name: s.workflow.name },
    config: ruleConfiguration(rule),
  };
}

const customUsers = (s: RuleSituation, rule: RuleRecord, name: string): unknown[] =>
  listParameter(rule, name).flatMap((id) => s.originalIssue.fields[id] ?? []);

/** `system:restrict-issue-transition`: true when any criterion matches; the deny list wins. */
function restrict(s: RuleSituation, rule: RuleRecord): boolean {
  const actor = s.actor;
  const groupIds = userById(s.jira, actor)?.groupIds ?? [];
  if (actor === undefined || customUsers(s, rule, 'denyUserCustomFields').includes(actor)) return false;
  const accounts = listParameter(rule, 'accountIds');
  return (
    accounts.includes(actor) ||
    (accounts.includes('allow-assignee') && s.originalIssue.fields['assignee'] === actor) ||
    (accounts.includes('allow-reporter') && s.originalIssue.fields['reporter'] === actor) ||
    listParameter(rule, 'roleIds').some((id) => inRole(s.jira, actor, s.project, id)) ||
    listParameter(rule, 'groupIds').some((id) => groupIds.includes(id)) ||
    listParameter(rule, 'permissionKeys').some((key) =>
      can(s.jira, actor, key, s.project, s.originalIssue),
    ) ||
    customUsers(s, rule, 'groupCustomFields').some((id) => groupIds.includes(String(id))) ||
    customUsers(s, rule, 'allowUserCustomFields').includes(actor)
  );
}

/** `system:separation-of-duties`: false for who already made the transition between the two statuses. */
function separate(s: RuleSituation, rule: RuleRecord): boolean {
  const { fromStatusId, toStatusId } = rule.parameters;
  return !s.originalIssue.histories.some(
    (history) =>
      history.authorId === s.actor &&
      history.items.some(
        (item) =>
          item.fieldId === 'status' &&
          (fromStatusId === undefined || item.from === fromStatusId) &&
          (toStatusId === undefined || item.to === toStatusId),
      ),
  );
}

/** One condition; a Forge expression that fails, or whose module is gone, hides the transition. */
function condition(s: RuleSituation, rule: RuleRecord): boolean {
  switch (rule.ruleKey) {
    case 'system:restrict-issue-transition':
      return restrict(s, rule);
    case 'system:separation-of-duties':
      return separate(s, rule);
    case 'system:restrict-from-all-users':
      // Every call that reaches the emulator is a REST call, so `users` (which spares APIs) lets it through ⚠.
      return rule.parameters['restrictMode'] !== 'usersAndAPI';
    case 'forge:expression-condition': {
      if (rule.parameters['disabled'] === 'true') return true;
      const expression = forgeModule(s.jira, rule, 'jira:workflowCondition')?.['expression'];
      if (typeof expression !== 'string') return false;
      try {
        return evaluateExpression(expression, ruleVariables(s, rule)) === true;
      } catch {
        return false;
      }
    }
    default:
      return false;
  }
}

/** Whether a tree of conditions lets the actor see and make the transition. */
export function conditionsPass(s: RuleSituation, group: ConditionGroupRecord | undefined): boolean {
  if (!group) return true;
  const results = [
    ...group.conditions.map((rule) => () => condition(s, rule)),
    ...group.conditionGroups.map((child) => () => conditionsPass(s, child)),
  ];
  if (results.length === 0) return true;
  return group.operation === 'ANY' ? results.some((test) => test()) : results.every((test) => test());
}

function validateField(s: RuleSituation, rule: RuleRecord): string | undefined {
  const custom = rule.parameters['errorMessage'];
  if (rule.parameters['ruleType'] === 'fieldChanged') {
    const exempt = listParameter(rule, 'groupsExemptFromValidation');
    if (userById(s.jira, s.actor)?.groupIds.some((id) => exempt.includes(id))) return undefined;
    const id = rule.parameters['fieldKey'] ?? '';
    const changed = JSON.stringify(s.issue.fields[id]) !== JSON.stringify(s.originalIssue.fields[id]);
    return changed ? undefined : custom || `Field '${id}' must be modified.`;
  }
  for (const id of listParameter(rule, 'fieldsRequired')) {
    const field = byId(s.jira.state.fields, id);
    if (
      rule.parameters['ignoreContext'] === 'true' &&
      field &&
      !inContext(s.jira, field, s.project, s.issue.issueTypeId)
    )
      continue;
    const value = s.issue.fields[id];
    const empty =
      value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
    if (empty) return custom || `${field?.name ?? id} is required.`;
  }
  return undefined;
}

/** `forge:expression-validator`, by expression or by function. Anything but a clear yes blocks. */
async function forgeValidator(s: RuleSituation, rule: RuleRecord): Promise<string | undefined> {
  if (rule.parameters['disabled'] === 'true') return undefined;
  const module = forgeModule(s.jira, rule, 'jira:workflowValidator');
  const fallback = typeof module?.['errorMessage'] === 'string' ? module['errorMessage'] : undefined;
  const broken = 'A workflow validator provided by an app failed, so the transition was blocked.';
  if (!module || !s.jira.app) return broken;
  try {
    if (typeof module['expression'] === 'string') {
      const result = evaluateExpression(module['expression'], ruleVariables(s, rule));
      if (typeof result === 'string') return result;
      return result === true ? undefined : (fallback ?? broken);
    }
    const status = (id: string) => ({ id, name: mustById(s.jira.state.statuses, id).name });
    const reply = await s.jira.app.validate(module.key, {
      issue: { key: s.issue.key, id: s.issue.id },
      configuration: ruleConfiguration(rule),
      transition: {
        id: s.transition.id,
        name: s.transition.name,
        from: status(s.originalIssue.statusId),
        to: status(s.transition.toStatusId),
        modifiedFields: s.modifiedFields,
      },
    });
    return reply.result ? undefined : (reply.errorMessage ?? fallback ?? broken);
  } catch {
    return broken;
  }
}

/** Runs the validators in order; the first refusal's message, or undefined. */
export async function firstRefusal(
  s: RuleSituation,
  rules: readonly RuleRecord[],
): Promise<string | undefined> {
  for (const rule of rules) {
    let message: string | undefined;
    if (rule.ruleKey === 'system:check-permission-validator') {
      const key = rule.parameters['permissionKey'] ?? '';
      if (!can(s.jira, s.actor, key, s.project, s.originalIssue))
        message = `User does not have the '${key}' permission.`;
    } else if (rule.ruleKey === 'system:validate-field-value') message = validateField(s, rule);
    else if (rule.ruleKey === 'forge:expression-validator') message = await forgeValidator(s, rule);
    else message = `The validator ${rule.ruleKey} is not modelled.`;
    if (message !== undefined) return message;
  }
  return undefined;
}
