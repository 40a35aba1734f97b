import { GLOBAL_PERMISSIONS } from '../access';
import { PROJECT_PERMISSIONS } from '../seed-defaults';
import { byId, type Jira } from '../store';
import type { ConditionInput, RuleInput, StatusInput, TransitionInput, WorkflowInput } from './definition';
import { forgeModule } from './rules';

/** One finding, as `/workflows/create/validation` reports it. */
export interface WorkflowProblem {
  readonly code: string;
  readonly level: 'ERROR' | 'WARNING';
  readonly message: string;
  readonly type: 'RULE' | 'STATUS' | 'WORKFLOW' | 'TRANSITION' | 'SCOPE';
  readonly elementReference?: Readonly<Record<string, string>>;
}

const CONDITIONS = [
  'system:restrict-issue-transition',
  'system:separation-of-duties',
  'system:restrict-from-all-users',
  'forge:expression-condition',
];
const VALIDATORS = [
  'system:check-permission-validator',
  'system:validate-field-value',
  'forge:expression-validator',
];
const ACTIONS = ['system:update-field', 'system:change-assignee', 'forge:workflow-post-function'];
const MODULE_OF: Readonly<Record<string, string>> = {
  'forge:expression-condition': 'jira:workflowCondition',
  'forge:expression-validator': 'jira:workflowValidator',
  'forge:workflow-post-function': 'jira:workflowPostFunction',
};
const MAX_CONFIG = 32_768;

const problem = (
  type: WorkflowProblem['type'],
  code: string,
  message: string,
  elementReference?: Record<string, string>,
): WorkflowProblem => ({
  code,
  level: 'ERROR',
  message,
  type,
  ...(elementReference ? { elementReference } : {}),
});

function systemParameters(jira: Jira, rule: RuleInput): string | undefined {
  const p = rule.parameters;
  if (rule.ruleKey === 'system:check-permission-validator') {
    const known = [...PROJECT_PERMISSIONS.map(([key]) => key), ...GLOBAL_PERMISSIONS];
    return known.includes(p['permissionKey'] ?? '')
      ? undefined
      : `The permission key '${p['permissionKey'] ?? ''}' is invalid.`;
  }
  if (rule.ruleKey === 'system:validate-field-value') {
    if (!['fieldRequired', 'fieldChanged'].includes(p['ruleType'] ?? ''))
      return `The rule type '${p['ruleType'] ?? ''}' is not modelled here (only fieldRequired and fieldChanged are).`;
    return undefined;
  }
  if (rule.ruleKey === 'system:update-field') {
    const field = byId(jira.state.fields, p['field'] ?? '');
    if (!field) return `The field '${p['field'] ?? ''}' does not exist.`;
    const resolution = p['value'] ?? '';
    if (
      field.id === 'resolution' &&
      !['', '-1'].includes(resolution) &&
      !byId(jira.state.resolutions, resolution)
    )
      return `The resolution '${resolution}' does not exist.`;
  }
  if (rule.ruleKey === 'system:separation-of-duties') {
    const missing = [p['fromStatusId'], p['toStatusId']].find(
      (id) => id !== undefined && !byId(jira.state.statuses, id),
    );
    if (missing !== undefined) return `The status '${missing}' does not exist.`;
  }
  return undefined;
}

function forgeParameters(jira: Jira, rule: RuleInput): string | undefined {
  const record = { id: '', ruleKey: rule.ruleKey, parameters: rule.parameters };
  if (!forgeModule(jira, record, MODULE_OF[rule.ruleKey] ?? '')) {
    return `The Forge rule '${rule.parameters['key'] ?? ''}' does not exist. Read its key from GET /rest/api/3/workflows/capabilities.`;
  }
  const config = rule.parameters['config'] ?? '';
  if (config.length > MAX_CONFIG) return `The configuration is longer than ${MAX_CONFIG} bytes.`;
  return undefined;
}

function checkRule(
  jira: Jira,
  transition: TransitionInput,
  rule: RuleInput,
  allowed: readonly string[],
): WorkflowProblem[] {
  const at = { transitionId: transition.id };
  if (!allowed.includes(rule.ruleKey)) {
    return [
      problem(
        'RULE',
        'RULE_KEY_UNSUPPORTED',
        `The rule '${rule.ruleKey}' cannot be used here, or host/jira does not model it.`,
        at,
      ),
    ];
  }
  const message = rule.ruleKey.startsWith('forge:')
    ? forgeParameters(jira, rule)
    : systemParameters(jira, rule);
  return message === undefined ? [] : [problem('RULE', 'RULE_PARAMETERS_INVALID', message, at)];
}

function checkConditions(jira: Jira, transition: TransitionInput, group: ConditionInput): WorkflowProblem[] {
  return [
    ...(group.conditions ?? []).flatMap((rule) => checkRule(jira, transition, rule, CONDITIONS)),
    ...(group.conditionGroups ?? []).flatMap((child) => checkConditions(jira, transition, child)),
  ];
}

/** What can be wrong with a transition apart from its rules: code and words. */
function transitionFaults(
  transition: TransitionInput,
  references: ReadonlySet<string>,
): [code: string, message: string][] {
  const { name, type } = transition;
  const from = transition.links.map((link) => link.fromStatusReference ?? '');
  const badFrom = from.length === 0 || from.some((reference) => !references.has(reference));
  const checks: [wrong: boolean, code: string, message: string][] = [
    [
      !/^\d+$/.test(transition.id),
      'TRANSITION_ID_INVALID',
      `Transition id '${transition.id}' must be a number.`,
    ],
    [
      name.trim() === '' || name.length > 60,
      'TRANSITION_NAME_INVALID',
      'A transition name must have between 1 and 60 characters.',
    ],
    [
      !references.has(transition.toStatusReference ?? ''),
      'TRANSITION_TO_STATUS_MISSING',
      `Transition '${name}' leads to a status that is not part of the workflow.`,
    ],
    [
      type === 'DIRECTED' && badFrom,
      'TRANSITION_FROM_STATUS_MISSING',
      `Transition '${name}' must come from statuses of the workflow.`,
    ],
    [
      type !== 'DIRECTED' && from.length > 0,
      'TRANSITION_LINKS_INVALID',
      `Transition '${name}' of type ${type} must not have links.`,
    ],
    [
      type === 'INITIAL' && Boolean(transition.conditions),
      'INITIAL_TRANSITION_CONDITIONS',
      'The initial transition must not have conditions.',
    ],
    [transition.triggers.length > 0, 'TRIGGERS_UNSUPPORTED', 'host/jira does not model triggers.'],
  ];
  return checks.filter(([wrong]) => wrong).map(([, code, message]) => [code, message]);
}

function checkScreen(jira: Jira, transition: TransitionInput): WorkflowProblem[] {
  const screenId = transition.transitionScreen?.parameters['screenId'] ?? '';
  if (!transition.transitionScreen || byId(jira.state.screens, screenId)) return [];
  return [
    problem('RULE', 'SCREEN_MISSING', `The screen '${screenId}' does not exist.`, {
      transitionId: transition.id,
    }),
  ];
}

function checkTransition(
  jira: Jira,
  transition: TransitionInput,
  references: ReadonlySet<string>,
): WorkflowProblem[] {
  const at = { transitionId: transition.id };
  return [
    ...transitionFaults(transition, references).map(([code, message]) =>
      problem('TRANSITION', code, message, at),
    ),
    ...checkScreen(jira, transition),
    ...(transition.conditions ? checkConditions(jira, transition, transition.conditions) : []),
    ...transition.validators.flatMap((rule) => checkRule(jira, transition, rule, VALIDATORS)),
    ...transition.actions.flatMap((rule) => checkRule(jira, transition, rule, ACTIONS)),
  ];
}

/** Everything wrong with a workflow payload. */
export function workflowProblems(
  jira: Jira,
  input: WorkflowInput & { name?: string },
  statuses: readonly StatusInput[],
): WorkflowProblem[] {
  const known = new Set([...statuses.map((s) => s.statusReference), ...jira.state.statuses.map((s) => s.id)]);
  const references = new Set(input.statuses.map((s) => s.statusReference));
  const problems: WorkflowProblem[] = [];
  for (const reference of references) {
    if (!known.has(reference))
      problems.push(
        problem('STATUS', 'STATUS_MISSING', `The status '${reference}' is not defined.`, {
          statusReference: reference,
        }),
      );
  }
  if (references.size === 0)
    problems.push(
      problem('WORKFLOW', 'WORKFLOW_STATUSES_MISSING', 'A workflow must have at least one status.'),
    );
  if (input.transitions.filter((t) => t.type === 'INITIAL').length !== 1) {
    problems.push(
      problem('WORKFLOW', 'INITIAL_TRANSITION_COUNT', 'A workflow must have exactly one initial transition.'),
    );
  }
  const ids = input.transitions.map((t) => t.id);
  if (new Set(ids).size !== ids.length)
    problems.push(
      problem('WORKFLOW', 'TRANSITION_ID_NOT_UNIQUE', 'Transition ids must be unique within the workflow.'),
    );
  if (
    input.name !== undefined &&
    jira.state.workflows.some((w) => w.name.toLowerCase() === input.name?.toLowerCase())
  ) {
    problems.push(
      problem(
        'WORKFLOW',
        'NON_UNIQUE_WORKFLOW_NAME',
        `A workflow with the name '${input.name}' already exists.`,
      ),
    );
  }
  return [...problems, ...input.transitions.flatMap((t) => checkTransition(jira, t, references))];
}

/** Conflicts between the statuses of a payload and those that exist. */
export function statusProblems(jira: Jira, statuses: readonly StatusInput[]): WorkflowProblem[] {
  return statuses.flatMap((status) => {
    if (status.id && !byId(jira.state.statuses, status.id))
      return [
        problem('STATUS', 'STATUS_MISSING', `The status with id '${status.id}' does not exist.`, {
          statusReference: status.statusReference,
        }),
      ];
    const same = jira.state.statuses.find((s) => s.name.toLowerCase() === status.name.toLowerCase());
    const clash = same && same.id !== status.id && same.id !== status.statusReference;
    return clash
      ? [
          problem(
            'STATUS',
            'NON_UNIQUE_STATUS_NAME',
            `A status with the name '${status.name}' already exists; give its id.`,
            { statusReference: status.statusReference },
          ),
        ]
      : [];
  });
}
