import { rule, type RuleDocs } from '../../review/rule';

export const transactionControl: Readonly<Record<string, string>> = {
  TRANS_STMT_BEGIN: 'BEGIN',
  TRANS_STMT_START: 'START TRANSACTION',
  TRANS_STMT_COMMIT: 'COMMIT',
  TRANS_STMT_ROLLBACK: 'ROLLBACK',
  TRANS_STMT_SAVEPOINT: 'SAVEPOINT',
  TRANS_STMT_RELEASE: 'RELEASE',
  TRANS_STMT_ROLLBACK_TO: 'ROLLBACK TO',
  TRANS_STMT_PREPARE: 'PREPARE TRANSACTION',
  TRANS_STMT_COMMIT_PREPARED: 'COMMIT PREPARED',
  TRANS_STMT_ROLLBACK_PREPARED: 'ROLLBACK PREPARED',
};

export const banUncommittedTransaction = rule({
  id: 'ban-uncommitted-transaction',
  title: 'The executor begins and commits; the text may not',
  category: 'transaction',
  level: 'error',
  on: ['TransactionStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'TransactionStmt') return;
    const word = transactionControl[fields['kind'] as string] ?? 'Transaction control';
    yield {
      at: { start, end },
      message: `${word} has no place in a change: the whole text runs in one transaction together with its ledger row, which is what makes it run exactly once.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'A change is applied in one transaction together with the proof that it was. A COMMIT in the text would tear the two apart; a BEGIN or ROLLBACK would undo what was approved.',
  fix: 'Leave transaction control out. What must not be in one transaction is two changes.',
  bad: ['BEGIN; UPDATE t SET a = 1 WHERE b = 2; COMMIT;', 'SAVEPOINT s;'],
  good: ['UPDATE t SET a = 1 WHERE b = 2;', 'SET CONSTRAINTS ALL DEFERRED;'],
  alsoKnownAs: [
    'squawk: ban-uncommitted-transaction',
    'squawk: transaction-nesting',
    'Bytebase: statement.disallow-commit',
  ],
};
