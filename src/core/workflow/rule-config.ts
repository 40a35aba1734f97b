import * as v from 'valibot';
import { AccountId } from '../protocol/claims';
import { transitionKeys, type TransitionActor, type TransitionKey, transitions } from './definition';

/** Configuration of our three workflow rules, stored in the workflow by provisioning. */
export const RuleConfig = v.strictObject({
  transition: v.picklist(transitionKeys),
  /** accountId of the app's own user, who passes every rule. */
  app: AccountId,
  who: v.string(),
  /** Ids of the read-only fields that name the author and the approver group. */
  authorField: v.string(),
  groupField: v.string(),
  /** Name of the group that may run and resolve. */
  operatorGroup: v.string(),
});
export type RuleConfig = v.InferOutput<typeof RuleConfig>;

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
