import * as v from 'valibot';
import { canonicalSha256 } from '../hash';

const executionKinds = ['apply', 'rollback'] as const;
export const ExecutionKind = v.picklist(executionKinds);
export type ExecutionKind = v.InferOutput<typeof ExecutionKind>;

/** What an execution attempt is, and all that its id depends on. */
export interface AttemptIdentity {
  readonly installation: string;
  readonly issueId: string;
  readonly revision: number;
  readonly kind: ExecutionKind;
  readonly try: number;
}

/** The `jti` of an attempt: the executor recomputes it and refuses any other. */
export async function computeJti(attempt: AttemptIdentity): Promise<string> {
  const { installation, issueId, revision, kind } = attempt;
  return canonicalSha256({ installation, issueId, revision, kind, try: attempt.try });
}
