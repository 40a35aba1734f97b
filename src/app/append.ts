import type { ChangeEventBody, LedgerEvent } from '#core/change/event';
import { nextEvent } from '#core/change/ledger';
import { accepts, evolve } from '#core/change/machine';
import { indexStep } from '#core/change/open-change';
import type { ChangeState } from '#core/change/state';
import { ok, type Result } from '#core/result';
import type { Extras, LedgerSnapshot, RulePorts } from './ports';
import { illegal, no, type Outcome, type Refusal } from './refusal';

/** One event with the actor who did it. */
export interface Entry {
  readonly actor: string;
  readonly body: ChangeEventBody;
}

/** What a use case wants to append, given the state it finds; an empty list means that it is already so. */
export interface Decision {
  readonly entries: readonly Entry[];
  readonly extras?: Extras | ((state: ChangeState, next: LedgerSnapshot) => Extras);
}

/** Another writer won this often in a row only when something is wrong. */
const maxConflicts = 8;

export interface Appended extends LedgerSnapshot {
  /** False when the decision was empty. */
  readonly changed: boolean;
}

/**
 * Appends what `decide` wants, atomically, and again from the start when another writer came first.
 * `decide` may be asked several times and must decide from the snapshot it is given alone.
 */
export async function append<E = never>(
  ports: Pick<RulePorts, 'ledger' | 'clock'>,
  issueId: string,
  decide: (
    snapshot: LedgerSnapshot,
  ) => Promise<Result<Decision, Refusal | E>> | Result<Decision, Refusal | E>,
): Promise<Result<Appended, Refusal | E>> {
  for (let conflict = 0; conflict < maxConflicts; conflict += 1) {
    const before = await ports.ledger.read(issueId);
    const decision = await decide(before);
    if (!decision.ok) return decision;
    const { entries, extras } = decision.value;
    if (entries.length === 0) return ok({ ...before, changed: false });
    const built = await build(issueId, before, entries, new Date(ports.clock()).toISOString());
    if (!built.ok) return built;
    const { events, next } = built.value;
    const written = typeof extras === 'function' ? extras(before.state, next) : (extras ?? {});
    const step = indexStep(before.state, next.state);
    if (await ports.ledger.commit(issueId, before.head, next, events, written, step))
      return ok({ ...next, changed: true });
  }
  return no('busy', 'Somebody else is changing this at the same time. Try again.');
}

async function build(
  issueId: string,
  before: LedgerSnapshot,
  entries: readonly Entry[],
  at: string,
): Promise<Outcome<{ events: LedgerEvent[]; next: LedgerSnapshot }>> {
  let { head, state } = before;
  const events: LedgerEvent[] = [];
  for (const { actor, body } of entries) {
    const accepted = accepts(state, body, actor);
    if (!accepted.ok) return illegal(accepted.error);
    const event = await nextEvent(head, { issueId, at, actor, body });
    state = evolve(state, event);
    head = { seq: event.seq, hash: event.hash };
    events.push(event);
  }
  return ok({ events, next: { head, state } });
}
