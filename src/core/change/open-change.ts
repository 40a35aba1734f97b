import type { ChangeState, RevisionState } from './state';

const openStatuses = ['in-review', 'approved', 'running'] as const;
type OpenStatus = (typeof openStatuses)[number];

/** The revision of a change that may still run, with its status; null when it is a draft or over. */
export function openRevision({ status, revision }: Pick<ChangeState, 'status' | 'revision'>): {
  readonly status: OpenStatus;
  readonly revision: RevisionState;
} | null {
  const open = openStatuses.find((one) => one === status);
  return open && revision ? { status: open, revision } : null;
}

/** What becomes of a change's entry in the index of open changes; `keep`: it stands, or there is none, as before. */
export type IndexStep = 'keep' | 'open' | 'close';

/** What a commit does to it. */
export function indexStep(before: ChangeState, after: ChangeState): IndexStep {
  const [was, is] = [openRevision(before), openRevision(after)];
  if (!is) return was ? 'close' : 'keep';
  return was?.revision.number === is.revision.number ? 'keep' : 'open';
}
