/** One piece of source and what stands there instead. */
interface Edit {
  /** From the root of the repository. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** An executor broken on purpose, to show that the suite sees it. */
export interface Mutant {
  readonly what: string;
  readonly edits: readonly Edit[];
  /** Tests that must find violations. */
  readonly seenBy: readonly string[];
}

/** Breaks one place. */
const at = (file: string, from: string, to: string): readonly Edit[] => [{ file, from, to }];

export const mutants: Readonly<Record<string, Mutant>> = {
  'mark-after-commit': {
    what: 'the change is committed first, its row in the ledger in a transaction after it',
    edits: at(
      'executor/run/commit.ts',
      'sendAll(client, closingSql(claims, config, result)),',
      `(async () => {
        const all = closingSql(claims, config, result);
        await sendAll(client, ['set constraints all immediate', 'commit']);
        return sendAll(client, ['begin', ...all]);
      })(),`,
    ),
    seenBy: ['cut-connections'],
  },
  'mark-before-run': {
    what: 'the row in the ledger is committed before the statements run',
    edits: at(
      'executor/run/frame.ts',
      '`set local lock_timeout = ${lockTimeoutMs}`,',
      `'commit', 'begin', \`set local lock_timeout = \${lockTimeoutMs}\`,`,
    ),
    seenBy: ['cut-connections'],
  },
  'id-not-deduplicated': {
    what: 'a change that the ledger shows as applied is run again',
    edits: at('executor/run/open.ts', 'if (!reply.begun) {', 'if (!reply.begun && Math.random() > 1) {'),
    seenBy: ['cut-connections', 'state-restores'],
  },
  'receipt-before-commit': {
    what: 'success is reported when COMMIT has left, whatever its answer is',
    edits: at(
      'executor/run/commit.ts',
      'sending();',
      `sending();
    void sendAll(client, closingSql(claims, config, result)).catch(() => undefined);
    return { kind: 'read', statements: run.outcomes, body, startedAt, finishedAt: startedAt };`,
    ),
    seenBy: ['cut-connections'],
  },
  'never-recovered': {
    what: 'what a killed process left is not taken up',
    edits: at(
      'executor/run/worker.ts',
      'const taken = await takeOver(store.pool, owner);',
      'const taken = { orders: 0, receipts: 0 }; void takeOver;',
    ),
    seenBy: ['random-kills'],
  },
  'lost-is-expired': {
    what: 'a connection lost at COMMIT is reported as nothing applied',
    edits: at(
      'executor/run/execute-order.ts',
      '} else if (end.mayHaveCommitted) mayHaveCommitted = true;',
      "} else if (end.mayHaveCommitted) return fromEnd({ kind: 'expired', message: 'lost' }, attempt, null);",
    ),
    seenBy: ['cut-connections'],
  },
  'drift-ignored': {
    what: 'a change is undone over rows that others changed',
    edits: at('executor/rollback/undo.ts', 'if (drift) {', 'if (drift && Math.random() > 1) {'),
    seenBy: ['automatic-rollback'],
  },
  'old-row-lost': {
    what: 'rows are kept as the change left them, not as they were',
    edits: at(
      'executor/rollback/image.ts',
      'value.key, value.before, value.after',
      'value.key, value.after ?? value.before, value.after',
    ),
    seenBy: ['automatic-rollback'],
  },
  'quorum-unchecked': {
    what: 'approvals are not counted',
    edits: at(
      'executor/order/approvals.ts',
      'if (counted.length >= needed) return null;',
      'if (counted.length >= 0) return null;',
    ),
    seenBy: ['wrong-orders'],
  },
  'pool-not-cleaned': {
    what: 'a session of the pool serves the next change as the one before left it',
    edits: [
      ...at(
        'executor/identity/pooled.ts',
        "const keep = how !== 'broken' && leavesNothing && keepable;",
        "const keep = how !== 'broken' && (leavesNothing || keepable);",
      ),
      ...at(
        'executor/identity/wiping.ts',
        "const before = open ? 'rollback;\\n' : '';",
        "await client.query(open ? 'rollback' : '');\n  if (!first) return null;\n  const before = '';",
      ),
    ],
    seenBy: ['pool'],
  },
  'chain-unproved': {
    what: 'receipts are linked to the head that this process believes in, several at once and whatever the head is',
    edits: [
      {
        file: 'executor/state/link.ts',
        from: 'and seq = ${at(3)}::bigint - 1 and head = ${at(4)}\n          for update',
        to: 'and (true or seq = ${at(3)}::bigint - 1 and head = ${at(4)})',
      },
      {
        file: 'executor/witness/guard.ts',
        from: 'const turn = last.then(work);',
        to: 'const turn = work();',
      },
    ],
    seenBy: ['races'],
  },
  'witness-blind': {
    what: 'a state database that went back is believed',
    edits: at(
      'executor/witness/chain-head.ts',
      'if (seen === null) return null;',
      'if (seen !== state) return null;',
    ),
    seenBy: ['state-restores'],
  },
};
