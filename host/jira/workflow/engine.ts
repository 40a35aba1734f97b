import { randomUUID } from 'node:crypto';
import { canOnIssue, projectOf } from '../access';
import type { CommentRecord, IssueRecord } from '../entities';
import type { RuleRecord, TransitionRecord, WorkflowRecord } from '../entities-workflow';
import { badRequest, JiraError } from '../errors';
import { issueEvent } from '../events';
import { editTarget, requireOnScreen, parseFieldInput } from '../field-input';
import { commitChanges, setFields, setStatus, touched } from '../issue-changes';
import { byId, mustById, type Jira } from '../store';
import { conditionsPass, firstRefusal, forgeModule, ruleConfiguration, type RuleSituation } from './rules';

/** The workflow that an issue follows, by its project's scheme. */
export function workflowOf(jira: Jira, issue: { projectId: string; issueTypeId: string }): WorkflowRecord {
  const project = mustById(jira.state.projects, issue.projectId);
  const scheme = mustById(jira.state.workflowSchemes, project.workflowSchemeId);
  return mustById(
    jira.state.workflows,
    scheme.issueTypeMappings[issue.issueTypeId] ?? scheme.defaultWorkflowId,
  );
}

/** The screen of a transition, as field ids; undefined when it has none. */
export function transitionScreen(jira: Jira, transition: TransitionRecord): string[] | undefined {
  const id = transition.transitionScreen?.parameters['screenId'];
  const screen = id === undefined ? undefined : byId(jira.state.screens, id);
  return screen?.tabs.flatMap((tab) => tab.fieldIds);
}

/** Whether a transition leaves from the issue's status, whoever asks. */
const leaves = (transition: TransitionRecord, statusId: string): boolean =>
  transition.type === 'GLOBAL' ||
  (transition.type === 'DIRECTED' && transition.links.some((link) => link.fromStatusId === statusId));

const situation = (
  jira: Jira,
  actor: string | undefined,
  issue: IssueRecord,
  transition: TransitionRecord,
  edited: IssueRecord = issue,
  modifiedFields: Readonly<Record<string, unknown>> = {},
): RuleSituation => ({
  jira,
  actor,
  issue: edited,
  originalIssue: issue,
  project: projectOf(jira, issue),
  workflow: workflowOf(jira, issue),
  transition,
  modifiedFields,
});

/** The transitions the actor may make now: right status, permission, conditions. */
export function availableTransitions(
  jira: Jira,
  actor: string | undefined,
  issue: IssueRecord,
): TransitionRecord[] {
  if (!canOnIssue(jira, actor, 'TRANSITION_ISSUES', issue)) return [];
  return workflowOf(jira, issue).transitions.filter(
    (transition) =>
      leaves(transition, issue.statusId) &&
      conditionsPass(situation(jira, actor, issue, transition), transition.conditions),
  );
}

/** What a client asks for besides the transition itself. */
interface TransitionRequest {
  readonly transitionId: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly comment?: CommentRecord | undefined;
  readonly properties: readonly { key: string; value: unknown }[];
  readonly historyMetadata?: Record<string, unknown> | undefined;
}

function pick(jira: Jira, actor: string, issue: IssueRecord, id: string): TransitionRecord {
  const transition = availableTransitions(jira, actor, issue).find((candidate) => candidate.id === id);
  if (!transition) throw badRequest(`Transition id '${id}' is not valid for this issue.`);
  return transition;
}

/** Screen edits as stored values. Without a screen Jira ignores them; off the screen it refuses them. */
function screenEdits(
  jira: Jira,
  issue: IssueRecord,
  transition: TransitionRecord,
  fields: Readonly<Record<string, unknown>>,
): Map<string, unknown> {
  const screen = transitionScreen(jira, transition);
  const values = new Map<string, unknown>();
  if (!screen) return values;
  const target = editTarget(jira, issue);
  for (const [id, input] of Object.entries(fields)) {
    values.set(id, parseFieldInput(jira, requireOnScreen(jira, id, screen, target), input, target.project));
  }
  return values;
}

/**
 * Makes a transition: conditions, screen, validators (which may call the app), then one atomic commit with the
 * workflow's actions, then events and Forge post-functions.
 * @throws JiraError 400 when it is not valid or a validator refuses; 409 when the issue moved meanwhile
 */
export async function transitionIssue(
  jira: Jira,
  actor: string,
  issue: IssueRecord,
  request: TransitionRequest,
): Promise<void> {
  const transition = pick(jira, actor, issue, request.transitionId);
  const values = screenEdits(jira, issue, transition, request.fields);
  const edited: IssueRecord = { ...issue, fields: { ...issue.fields, ...Object.fromEntries(values) } };
  const modified = Object.fromEntries(Object.entries(request.fields).filter(([id]) => values.has(id)));
  const from = issue.statusId;
  const refusal = await firstRefusal(
    situation(jira, actor, issue, transition, edited, modified),
    transition.validators,
  );
  if (refusal !== undefined) throw badRequest(refusal);
  const still = workflowOf(jira, issue).transitions.includes(transition) && jira.state.issues.includes(issue);
  if (issue.statusId !== from || !still) {
    throw new JiraError(409, [
      'The issue was changed by another request while this transition was in progress. Try again.',
    ]);
  }
  applyTransition(jira, actor, issue, transition, values, request);
}

function applyTransition(
  jira: Jira,
  actor: string,
  issue: IssueRecord,
  transition: TransitionRecord,
  values: Map<string, unknown>,
  request: TransitionRequest,
): void {
  const from = issue.statusId;
  const items = setFields(jira, issue, values);
  const moved = setStatus(jira, issue, transition.toStatusId);
  if (moved) items.push(moved);
  for (const rule of transition.actions) items.push(...runAction(jira, actor, issue, rule));
  for (const property of request.properties) issue.properties[property.key] = property.value;
  if (request.comment) issue.comments.push(request.comment);
  const history = commitChanges(jira, issue, actor, items, { historyMetadata: request.historyMetadata });
  if (!history) touched(jira, issue);
  if (request.comment) issueEvent(jira, 'avi:jira:commented:issue', issue, actor, request.comment);
  runPostFunctions(jira, actor, issue, transition, from, history?.id, request.comment);
}

function runPostFunctions(
  jira: Jira,
  actor: string,
  issue: IssueRecord,
  transition: TransitionRecord,
  from: string,
  changelogId: string | undefined,
  comment: CommentRecord | undefined,
): void {
  const workflow = workflowOf(jira, issue);
  const executionId = randomUUID();
  const status = (id: string) => ({ id, name: mustById(jira.state.statuses, id).name });
  for (const rule of transition.actions) {
    if (rule.ruleKey !== 'forge:workflow-post-function' || rule.parameters['disabled'] === 'true') continue;
    const module = forgeModule(jira, rule, 'jira:workflowPostFunction');
    if (!module) continue;
    jira.app?.postFunction(module.key, {
      issue: { id: issue.id, key: issue.key },
      transition: {
        id: transition.id,
        name: transition.name,
        from: status(from),
        to: status(transition.toStatusId),
        executionId,
      },
      workflow: { id: workflow.id, name: workflow.name },
      atlassianId: actor,
      ...(changelogId === undefined ? {} : { changelog: { id: changelogId } }),
      ...(comment ? { comment: { id: comment.id } } : {}),
      configuration: ruleConfiguration(rule),
    });
  }
}

/** The initial transition of a new issue: status, validators and actions. */
export async function createTransition(
  jira: Jira,
  actor: string,
  issue: IssueRecord,
): Promise<TransitionRecord> {
  const initial = workflowOf(jira, issue).transitions.find((transition) => transition.type === 'INITIAL');
  if (!initial) throw badRequest('The workflow has no initial transition.');
  const refusal = await firstRefusal(
    situation(jira, actor, issue, initial, issue, issue.fields),
    initial.validators,
  );
  if (refusal !== undefined) throw badRequest(refusal);
  return initial;
}

/** Runs the actions of the initial transition after the issue exists. */
export function finishCreate(jira: Jira, actor: string, issue: IssueRecord, initial: TransitionRecord): void {
  for (const rule of initial.actions) runAction(jira, actor, issue, rule);
  runPostFunctions(jira, actor, issue, initial, initial.toStatusId, undefined, undefined);
}

function runAction(jira: Jira, actor: string, issue: IssueRecord, rule: RuleRecord) {
  if (rule.ruleKey === 'system:update-field') return setFields(jira, issue, updateField(jira, issue, rule));
  if (rule.ruleKey === 'system:change-assignee') {
    const to = {
      'to-selected-user': rule.parameters['accountId'],
      'to-current-user': actor,
      'to-unassigned': null,
    };
    const type = rule.parameters['type'] ?? '';
    if (type in to)
      return setFields(jira, issue, new Map([['assignee', to[type as keyof typeof to] ?? null]]));
  }
  return [];
}

function updateField(jira: Jira, issue: IssueRecord, rule: RuleRecord): Map<string, unknown> {
  const id = rule.parameters['field'] ?? '';
  const raw = rule.parameters['value'] ?? '';
  const field = byId(jira.state.fields, id);
  if (!field) return new Map();
  if (raw === '' || raw === '-1') return new Map([[id, null]]);
  const type = field.schema.type;
  if (type === 'number') return new Map([[id, Number(raw)]]);
  const parsed: unknown = type === 'array' ? raw.split(/[\s,]+/) : raw;
  if (rule.parameters['mode'] !== 'append') return new Map([[id, parsed]]);
  const current = issue.fields[id];
  if (Array.isArray(parsed))
    return new Map([
      [
        id,
        [...new Set([...(Array.isArray(current) ? (current as unknown[]) : []), ...(parsed as unknown[])])],
      ],
    ]);
  return new Map([[id, `${typeof current === 'string' ? current : ''}${raw}`]]);
}
