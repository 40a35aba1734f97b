import type { JiraRefusal } from '../ports';

/** What a step did. Ids it made are kept through `SiteAdmin.keep`, so that a later call goes on from there. */
export type StepOutcome =
  | { readonly state: 'done' | 'unchanged' | 'pending'; readonly message: string }
  | { readonly state: 'manual'; readonly message: string; readonly instruction: string };

/** Thrown inside a step when Jira refuses; becomes a `manual` outcome with the instruction for a person. */
export class StepRefused extends Error {
  readonly instruction: string;
  constructor(refusal: JiraRefusal, instruction: string) {
    super(`Jira answered ${refusal.status}: ${refusal.message}`);
    this.name = 'StepRefused';
    this.instruction = instruction;
  }
}

/** Unwraps a reply of Jira or stops the step with an instruction. */
export function needed<T>(
  reply: { ok: true; value: T } | { ok: false; error: JiraRefusal },
  instruction: string,
): T {
  if (!reply.ok) throw new StepRefused(reply.error, instruction);
  return reply.value;
}
