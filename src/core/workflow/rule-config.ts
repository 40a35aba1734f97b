import * as v from 'valibot';
import { AccountId } from '../protocol/claims';
import { transitionKeys } from './steps';

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
