import { transitions, type TransitionActor } from './definition';
import type { RuleConfig } from './rule-config';
import type { TransitionKey } from './steps';

export interface RuleSite {
  readonly app: string;
  readonly authorField: string;
  readonly groupField: string;
  readonly operatorGroup: string;
}

/** The configuration of the rules on one transition. */
export function ruleConfig(key: TransitionKey, site: RuleSite): RuleConfig {
  return { transition: key, who: transitions[key].actor satisfies TransitionActor, ...site };
}

const author = 'issue[config.authorField]';
const isAuthor = `(${author} != null && ${author}.accountId == user.accountId)`;
const isOperator = 'user.groups.includes(config.operatorGroup)';
const group = 'issue[config.groupField]';
const isApprover = `(${group} != null && user.groups.includes(${group}))`;

/**
 * The actor condition as a Jira expression: who may make a transition. What is so (votes, digests) is the ledger
 * validator's question, because a Jira expression cannot read the app's storage and a function validator has no user.
 * An absent actor is refused. ⚠ `user.groups` holding group names is documented, not yet seen on a live site.
 */
export const actorCondition = [
  'user != null && (user.accountId == config.app || (',
  `config.who == 'anyone' ? true :`,
  `config.who == 'author' ? (${author} == null || ${isAuthor}) :`,
  `config.who == 'approver' ? (!${isAuthor} && ${isApprover}) :`,
  `config.who == 'approver-or-author' ? (${isAuthor} || ${isApprover}) :`,
  `config.who == 'runner' ? (${author} == null || ${isAuthor} || ${isOperator}) :`,
  `config.who == 'operator-not-author' ? (!${isAuthor} && ${isOperator}) :`,
  'false))',
].join(' ');
