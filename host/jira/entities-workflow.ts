/** A rule of a transition: parameters are strings, as in the workflow API. */
export interface RuleRecord {
  id: string;
  ruleKey: string;
  parameters: Record<string, string>;
}

/** A tree of conditions. */
export interface ConditionGroupRecord {
  operation: 'ALL' | 'ANY';
  conditions: RuleRecord[];
  conditionGroups: ConditionGroupRecord[];
}

/** One transition of a workflow. */
export interface TransitionRecord {
  id: string;
  name: string;
  description: string;
  type: 'INITIAL' | 'GLOBAL' | 'DIRECTED';
  toStatusId: string;
  links: { fromStatusId: string; fromPort?: number; toPort?: number }[];
  conditions?: ConditionGroupRecord;
  validators: RuleRecord[];
  actions: RuleRecord[];
  transitionScreen?: RuleRecord;
  properties: Record<string, string>;
}

/** A workflow with its optimistic-lock version. */
export interface WorkflowRecord {
  id: string;
  name: string;
  description: string;
  versionId: string;
  versionNumber: number;
  created: string;
  updated: string;
  isDefault: boolean;
  startPointLayout?: { x: number; y: number };
  statuses: { statusId: string; layout?: { x: number; y: number }; properties: Record<string, string> }[];
  transitions: TransitionRecord[];
}

/** Which workflow an issue type uses. */
export interface WorkflowSchemeRecord {
  id: string;
  name: string;
  description: string;
  defaultWorkflowId: string;
  issueTypeMappings: Record<string, string>;
  versionId: string;
  versionNumber: number;
}
