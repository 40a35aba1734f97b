import * as fc from 'fast-check';
import type { ChangeEventBody } from '#core/change/event';
import { accepts, evolve, nextTry } from '#core/change/machine';
import { ChangeState, initialState } from '#core/change/state';
import { receiptStatuses } from '#core/protocol/receipt';
import { at, hash } from '../builders';

/** What a step tries: mostly what could happen now, sometimes anything at all. */
type Step = (state: ChangeState) => readonly [actor: string, body: ChangeEventBody];

const people = ['dev-1', 'dev-2', 'p-1', 'p-2', 'p-3'] as const;
const actor = fc.constantFrom(...people);
const kind = fc.constantFrom('apply' as const, 'rollback' as const);
const words = fc.constantFrom('', 'because');
const digestOf = (revision: number): string => hash('d').slice(0, -2) + String(revision).padStart(2, '0');
const jtiOf = (of: 'apply' | 'rollback', revision: number, tryNumber: number): string =>
  `${of === 'apply' ? 'a' : 'b'}${revision}${tryNumber}`.padEnd(64, '0');
/** The current revision, seldom another one. */
const digest = fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 4 })).map(
  ([luck, other]) =>
    (state: ChangeState) =>
      luck > 0 ? (state.revision?.digest ?? digestOf(1)) : digestOf(other),
);
/** The latest attempt, seldom another one. */
const attempt = fc
  .tuple(kind, fc.integer({ min: 0, max: 9 }), fc.integer({ min: 1, max: 3 }))
  .map(([of, luck, other]) => (state: ChangeState) => {
    const running = state.rollback ?? state.apply;
    const chosen = luck > 2 ? running : state[of];
    return luck > 0 && chosen
      ? { kind: chosen.kind, try: chosen.try, jti: chosen.jti }
      : { kind: of, try: other, jti: jtiOf(of, state.revision?.number ?? 1, other) };
  });

/** What would ordinarily happen next, so that lives get somewhere. */
function ordinary(
  state: ChangeState,
  status: (typeof receiptStatuses)[number],
): readonly [string, ChangeEventBody] {
  const current = state.revision?.digest ?? digestOf(1);
  const running = state.rollback ?? state.apply;
  switch (state.status) {
    case 'draft':
      return ['dev-1', submission('dev-1', [], 1 + (state.revisions % 2), state.revisions + 1)];
    case 'in-review': {
      const voters = state.votes.map(({ accountId }) => accountId);
      if (voters.length >= (state.revision?.approvalsRequired ?? 0))
        return ['app', { type: 'approved', digest: current, voters }];
      const next = people.find((who) => who.startsWith('p-') && !voters.includes(who)) ?? 'p-1';
      return [next, { type: 'voted', digest: current, channel: 'panel', comment: '' }];
    }
    case 'running': {
      const {
        kind: of,
        jti,
        try: tryNumber,
        orderDigest,
      } = running ?? { kind: 'apply' as const, jti: hash('0'), try: 1, orderDigest: null };
      const named = { kind: of, try: tryNumber, jti };
      return orderDigest === null
        ? [
            'app',
            { type: 'order-signed', ...named, orderDigest: hash('0'), executor: 'e', startBy: 1, voters: [] },
          ]
        : [
            'executor',
            {
              type: 'receipt-accepted',
              ...named,
              status,
              receiptSha256: hash('f'),
              rows: null,
              finishedAt: null,
              code: null,
              message: null,
            },
          ];
    }
    case 'failed':
    case 'rejected':
      return ['dev-1', { type: 'reworked' }];
    case 'needs-attention':
      return ['dev-2', { type: 'resolved', outcome: 'failed', reason: 'so it is' }];
    default: {
      const of = state.status === 'approved' ? 'apply' : 'rollback';
      const tryNumber = nextTry(state, of);
      return [
        'dev-1',
        {
          type: 'run-requested',
          kind: of,
          try: tryNumber,
          jti: jtiOf(of, state.revision?.number ?? 0, tryNumber),
          digest: current,
        },
      ];
    }
  }
}

function submission(
  who: string,
  editors: readonly string[],
  approvalsRequired: number,
  revision: number,
): ChangeEventBody {
  return {
    type: 'submitted',
    revision: Math.max(1, revision),
    digest: digestOf(revision),
    editors: editors.filter((editor) => editor !== who),
    connection: 'shop-prod',
    environment: 'prod',
    approvalsRequired,
    approverGroup: { id: 'g', name: 'approvers' },
    candidates: null,
    hasRollback: true,
    resultsPublic: false,
  };
}

/** The same person whatever the state. */
const by =
  (who: string, make: (state: ChangeState) => ChangeEventBody): Step =>
  (state) => [who, make(state)];

export const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 80,
    arbitrary: fc.constantFrom(...receiptStatuses, 'succeeded' as const, 'succeeded' as const).map(
      (status): Step =>
        (state) =>
          ordinary(state, status),
    ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        actor,
        fc.uniqueArray(actor, { maxLength: 2 }),
        fc.integer({ min: 1, max: 2 }),
        fc.integer({ min: 0, max: 9 }),
      )
      .map(([who, editors, approvalsRequired, luck]): Step =>
        by(who, (state) =>
          submission(who, editors, approvalsRequired, luck === 0 ? state.revisions : state.revisions + 1),
        ),
      ),
  },
  {
    weight: 8,
    arbitrary: fc
      .tuple(actor, digest, words)
      .map(([who, current, comment]): Step =>
        by(who, (state) => ({ type: 'voted', digest: current(state), channel: 'panel', comment })),
      ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(digest, fc.option(fc.array(actor, { maxLength: 3 }))).map(([current, voters]): Step =>
      by('app', (state) => ({
        type: 'approved',
        digest: current(state),
        voters: voters ?? state.votes.map(({ accountId }) => accountId),
      })),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(actor, words)
      .map(([voter, reason]): Step => by('app', () => ({ type: 'vote-lapsed', voter, reason }))),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(actor, kind, digest, fc.integer({ min: 0, max: 9 }))
      .map(([who, of, current, luck]): Step =>
        by(who, (state) => {
          const wanted = luck < 8 ? (state.status === 'succeeded' ? 'rollback' : 'apply') : of;
          const tryNumber = luck === 0 ? 3 : nextTry(state, wanted);
          return {
            type: 'run-requested',
            kind: wanted,
            try: tryNumber,
            jti: jtiOf(wanted, state.revision?.number ?? 0, tryNumber),
            digest: current(state),
          };
        }),
      ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(attempt).map(([of]): Step =>
      by('app', (state) => ({
        type: 'order-signed',
        ...of(state),
        orderDigest: hash('0'),
        executor: 'e',
        startBy: 1,
        voters: [],
      })),
    ),
  },
  {
    weight: 6,
    arbitrary: fc
      .tuple(attempt, fc.constantFrom(...receiptStatuses, 'succeeded' as const), fc.option(words))
      .map(([of, status, message]): Step =>
        by('executor', (state) => ({
          type: 'receipt-accepted',
          ...of(state),
          status,
          receiptSha256: hash('f'),
          rows: null,
          finishedAt: null,
          code: null,
          message,
        })),
      ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(attempt)
      .map(([of]): Step =>
        by('app', (state) => ({ type: 'not-started', ...of(state), code: 'expired', message: 'late' })),
      ),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(actor, attempt, words)
      .map(([who, of, reason]): Step =>
        by(who, (state) => ({ type: 'stop-requested', ...of(state), reason })),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(actor, words)
      .map(([who, reason]): Step => by(who, () => ({ type: 'changes-requested', reason }))),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(actor, words)
      .map(([who, reason]): Step => by(who, () => ({ type: 'rejected', reason }))),
  },
  { weight: 2, arbitrary: actor.map((who): Step => by(who, () => ({ type: 'reworked' }))) },
  { weight: 1, arbitrary: actor.map((who): Step => by(who, () => ({ type: 'cancelled' }))) },
  {
    weight: 2,
    arbitrary: fc.constant(by('app', () => ({ type: 'attention-raised', code: 'x', message: 'look' }))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(actor, fc.constantFrom('succeeded' as const, 'failed' as const, 'rolled-back' as const))
      .map(([who, outcome]): Step =>
        by(who, () => ({ type: 'resolved', outcome, reason: 'the ledger says so' })),
      ),
  },
  {
    weight: 1,
    arbitrary: actor.map((who): Step =>
      by(who, () => ({ type: 'attempt-recorded', code: 'status-forced', message: 'x' })),
    ),
  },
);

export interface Happened {
  readonly before: ChangeState;
  readonly body: ChangeEventBody;
  readonly actor: string;
  readonly after: ChangeState;
}

/** Lets happen what the machine accepts, and forgets the rest. */
export function live(steps: readonly Step[]): Happened[] {
  let state = initialState;
  const happened: Happened[] = [];
  for (const make of steps) {
    const [who, body] = make(state);
    if (!accepts(state, body, who).ok) continue;
    const after = evolve(state, { actor: who, body, at });
    happened.push({ before: state, body, actor: who, after });
    state = after;
  }
  return happened;
}

/** Runs `check` over many lives and makes sure that they went somewhere. */
export function everyLife(check: (happened: readonly Happened[]) => void): void {
  const seen = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 30, maxLength: 120, size: 'max' }), (steps) => {
      const happened = live(steps);
      for (const { after } of happened) seen.add(after.status);
      check(happened);
    }),
    { numRuns: 400 },
  );
  expect([...seen].toSorted()).toEqual([...ChangeState.entries.status.options].toSorted());
}
