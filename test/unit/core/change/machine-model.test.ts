import * as fc from 'fast-check';
import * as v from 'valibot';
import { ChangeEventBody, LedgerEvent } from '#core/change/event';
import { emptyHead, nextEvent, verifyChain } from '#core/change/ledger';
import { replay } from '#core/change/machine';
import { ChangeState, initialState } from '#core/change/state';
import { transitions } from '#core/workflow/definition';
import { appTransition, transitionKeys } from '#core/workflow/steps';
import { at } from '../builders';
import { everyLife, live, step } from './lives';

test('every state and every event is of its schema', () => {
  everyLife((happened) => {
    for (const { after, body } of happened) {
      expect(v.safeParse(ChangeState, after).issues).toBeUndefined();
      expect(v.safeParse(ChangeEventBody, body).issues).toBeUndefined();
    }
  });
});

test('votes are of the current revision, distinct, and nobody’s own', () => {
  everyLife((happened) => {
    for (const { after } of happened) {
      const voters = after.votes.map(({ accountId }) => accountId);
      expect(new Set(voters).size).toBe(voters.length);
      for (const vote of after.votes) expect(vote.digest).toBe(after.revision?.digest);
      if (after.revision) {
        expect(voters).not.toContain(after.revision.author);
        for (const editor of after.revision.editors) expect(voters).not.toContain(editor);
      }
    }
  });
});

test('no vote survives an edit, and none comes back', () => {
  everyLife((happened) => {
    for (const { after, body } of happened) {
      if (['reworked', 'changes-requested', 'rejected', 'cancelled', 'submitted'].includes(body.type)) {
        expect(after.votes).toEqual([]);
      }
      if (after.status === 'draft') expect(after.revision).toBeNull();
    }
  });
});

test('approved and running only with a quorum of standing votes', () => {
  everyLife((happened) => {
    for (const { after } of happened) {
      if (after.status !== 'approved' && after.status !== 'running') continue;
      expect(after.revision).not.toBeNull();
      expect(after.votes.length).toBeGreaterThanOrEqual(after.revision?.approvalsRequired ?? 99);
      expect(after.revision?.approvedAt).not.toBeNull();
    }
  });
});

test('revision numbers only grow, one by one', () => {
  everyLife((happened) => {
    for (const { before, after, body } of happened) {
      expect(after.revisions - before.revisions).toBe(body.type === 'submitted' ? 1 : 0);
      if (after.revision) expect(after.revision.number).toBe(after.revisions);
    }
  });
});

test('at most one successful apply and one successful rollback per revision', () => {
  everyLife((happened) => {
    const successes = new Set<string>();
    for (const { body, before } of happened) {
      if (body.type !== 'receipt-accepted' || body.status !== 'succeeded') continue;
      const done = `${body.kind} of ${before.revision?.number}`;
      expect(successes).not.toContain(done);
      successes.add(done);
    }
  });
});

test('a signed end is never replaced but by a better answer to unknown, or by its loss', () => {
  everyLife((happened) => {
    for (const { before, body } of happened) {
      if (body.type !== 'receipt-accepted') continue;
      const outcome = before[body.kind]?.outcome;
      if (!outcome || outcome.receiptSha256 === null) continue;
      expect(outcome.status === 'unknown' || body.status === 'outcome-lost').toBe(true);
    }
  });
});

test('one attempt at a time, and one order per attempt', () => {
  everyLife((happened) => {
    const orders = new Set<string>();
    for (const { before, after, body } of happened) {
      if (body.type === 'run-requested') expect(before.status).not.toBe('running');
      if (body.type === 'order-signed') {
        expect(orders).not.toContain(body.jti);
        orders.add(body.jti);
        expect(before.status).toBe('running');
      }
      // Once an order is out, only the executor's word or a person's ends the attempt; votes cannot.
      if (body.type === 'vote-lapsed' && before.status === 'running') {
        expect(before.apply?.orderDigest).toBeNull();
        expect(after.apply?.outcome?.status).toBe('refused');
      }
    }
  });
});

test('needs attention says why, and nothing else carries an open attention', () => {
  everyLife((happened) => {
    for (const { after } of happened) {
      expect(after.attention !== null).toBe(after.status === 'needs-attention');
    }
  });
});

test('every change of status has a transition in the workflow', () => {
  const missing = new Set<string>();
  everyLife((happened) => {
    for (const { before, after } of happened) {
      if (before.status === after.status) continue;
      const known = transitionKeys.some(
        (key) => transitions[key].from.includes(before.status) && transitions[key].to === after.status,
      );
      if (!known || !appTransition(before.status, after.status))
        missing.add(`${before.status} → ${after.status}`);
    }
  });
  expect([...missing]).toEqual([]);
});

test('the fold of the stored chain is the state, and the chain verifies', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40, size: 'max' }), async (steps) => {
      const happened = live(steps);
      let head = emptyHead;
      const chain: LedgerEvent[] = [];
      for (const { actor: who, body } of happened) {
        const event = await nextEvent(head, { issueId: '10001', at, actor: who, body });
        chain.push(v.parse(LedgerEvent, structuredClone(event)));
        head = { seq: event.seq, hash: event.hash };
      }
      expect(replay(chain)).toEqual(happened.at(-1)?.after ?? initialState);
      expect((await verifyChain('10001', head, chain)).ok).toBe(true);
    }),
    { numRuns: 100 },
  );
});
