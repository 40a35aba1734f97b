import * as v from 'valibot';
import { canonicalSha256 } from '../hash';

const changeKinds = ['apply', 'rollback'] as const;
/** What changes the database, and has a place in the ledger beside the data. */
export const ChangeKind = v.picklist(changeKinds);
export type ChangeKind = v.InferOutput<typeof ChangeKind>;

/** What an order may ask for. A dry run is executed like a change and always rolled back. */
export const ExecutionKind = v.picklist([...changeKinds, 'dry-run']);
export type ExecutionKind = v.InferOutput<typeof ExecutionKind>;

/** The kind of an execution that has a place in a ledger. @throws Error for a dry run, which never has one */
export function changeKind(kind: ExecutionKind): ChangeKind {
  if (kind === 'dry-run') throw new Error('a dry run has no place in a ledger');
  return kind;
}

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
