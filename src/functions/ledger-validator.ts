import * as v from 'valibot';
import { RuleConfig } from '#core/workflow/rule-config';
import { checkTransition } from '../app/check-transition';
import { composeValidatorPorts } from '../forge/compose-validator';

/** Payload of a function validator: the issue's key and our configuration, no user. Source: jira:workflowValidator. */
const ValidatorPayload = v.object({ issue: v.object({ key: v.string() }), configuration: RuleConfig });

/** Reply of a function validator. */
interface ValidatorReply {
  readonly result: boolean;
  readonly errorMessage?: string;
}

/** Workflow validator: the ledger must agree with the transition. Any doubt blocks (P4). */
export async function ledgerValidator(payload: unknown): Promise<ValidatorReply> {
  const parsed = v.safeParse(ValidatorPayload, payload);
  if (!parsed.success)
    return { result: false, errorMessage: 'This rule of Query Change is not configured correctly.' };
  const { issue, configuration } = parsed.output;
  const refusal = await checkTransition(composeValidatorPorts(), issue.key, configuration.transition);
  return refusal === null ? { result: true } : { result: false, errorMessage: refusal };
}
