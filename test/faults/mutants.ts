/** An executor broken on purpose, to show that the suite sees it. */
export interface Mutant {
  readonly what: string;
  /** The source, from the root of the repository; the text in it, and what stands there instead. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Tests that must find violations. */
  readonly seenBy: readonly string[];
}

export const mutants: Readonly<Record<string, Mutant>> = {
  'ledger-ignored': {
    what: 'a change that the ledger shows as applied is run again',
    file: 'executor/run/attempt.ts',
    from: 'if (!reply.begun) {',
    to: 'if (!reply.begun && Math.random() > 1) {',
    seenBy: ['cut-connections', 'state-restores'],
  },
  'never-recovered': {
    what: 'what a killed process left is not taken up',
    file: 'executor/run/worker.ts',
    from: 'const taken = await takeOver(store.pool, owner);',
    to: 'const taken = { orders: 0, receipts: 0 }; void takeOver;',
    seenBy: ['crash-points'],
  },
  'lost-is-expired': {
    what: 'a connection lost at COMMIT is reported as nothing applied',
    file: 'executor/run/execute-order.ts',
    from: '} else if (end.mayHaveCommitted) mayHaveCommitted = true;',
    to: "} else if (end.mayHaveCommitted) return fromEnd({ kind: 'expired', message: 'lost' }, attempt, null);",
    seenBy: ['cut-connections'],
  },
  'quorum-unchecked': {
    what: 'approvals are not counted',
    file: 'executor/order/approvals.ts',
    from: 'if (counted.length >= needed) return null;',
    to: 'if (counted.length >= 0) return null;',
    seenBy: ['wrong-orders'],
  },
  'chain-unlocked': {
    what: 'receipts take their place in the chain without a lock',
    file: 'executor/state/receipts.ts',
    from: 'from executor.chain for update',
    to: 'from executor.chain',
    seenBy: ['races'],
  },
};
