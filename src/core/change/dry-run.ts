import { ok, refuse, type Result } from '../result';
import type { IllegalEvent } from './conditions';
import type { ChangeEventBody } from './event';
import type { ChangeState, DryRunState } from './state';

type Body<T extends ChangeEventBody['type']> = Extract<ChangeEventBody, { type: T }>;
type DryRunBody = Body<'dry-run-requested' | 'dry-run-signed' | 'dry-run-ended'>;

/** Judges what happens to a dry run: one at a time, of the revision that is or comes next, numbered without gaps. */
export function acceptsDryRun(state: ChangeState, body: DryRunBody): Result<void, IllegalEvent> {
  const { dryRun, revision, revisions } = state;
  if (body.type === 'dry-run-requested') {
    if (dryRun && !dryRun.outcome) return no('already-run', 'A dry run is under way.');
    const right = revision ? revision.digest === body.digest : body.revision === revisions + 1;
    if (!right) return no('stale-digest', 'The change was edited since: this is not the current revision.');
    return body.try === nextDryRun(state, body.revision) ? ok(undefined) : other();
  }
  const open = dryRun?.jti === body.jti && !dryRun.outcome;
  const again = body.type === 'dry-run-signed' && dryRun?.orderDigest !== null;
  return open && !again ? ok(undefined) : other();
}

/** Number of the next dry run of a revision. */
export function nextDryRun({ dryRun }: ChangeState, revision: number): number {
  return dryRun?.revision === revision ? dryRun.try + 1 : 1;
}

/** The state after an event of a dry run: its status is what it was. */
export function evolveDryRun(state: ChangeState, body: DryRunBody, actor: string, at: string): ChangeState {
  switch (body.type) {
    case 'dry-run-requested': {
      const { type: _type, ...asked } = body;
      const nothing = { orderDigest: null, executor: null, startBy: null, outcome: null };
      return { ...state, dryRun: { ...asked, ...nothing, requestedBy: actor, requestedAt: at } };
    }
    case 'dry-run-signed': {
      const { orderDigest, executor, startBy } = body;
      return patched(state, { orderDigest, executor, startBy });
    }
    default: {
      const { type: _type, jti: _jti, ...outcome } = body;
      return patched(state, { outcome });
    }
  }
}

function patched(state: ChangeState, patch: Partial<DryRunState>): ChangeState {
  return state.dryRun ? { ...state, dryRun: { ...state.dryRun, ...patch } } : state;
}

function no(code: IllegalEvent['code'], message: string): Result<never, IllegalEvent> {
  return refuse({ code, message });
}

function other(): Result<never, IllegalEvent> {
  return no('wrong-attempt', 'This is not the latest dry run, or it is over.');
}
