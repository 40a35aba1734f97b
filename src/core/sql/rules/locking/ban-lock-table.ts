import { atLeast, lockModes, whoWaits } from '../../locks/modes';
import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { itemsOf } from '../../tree/node';

export const banLockTable = rule({
  id: 'ban-lock-table',
  title: 'LOCK TABLE keeps others out until the change commits',
  category: 'locking',
  level: 'warning',
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'LockStmt') return;
    // The parse tree has the server's own number of the mode (lockdefs.h), from 1.
    const mode = lockModes[Number(fields['mode']) - 1];
    if (mode === undefined || !atLeast(mode, 'SHARE')) return;
    const names = itemsOf(fields['relations'], 'RangeVar').map((table) => nameText(rangeName(table)));
    yield {
      at: { start, end },
      message: `Locks ${names.join(', ')} in ${mode} until the change has committed: ${whoWaits(mode)}.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'LOCK TABLE without a mode takes ACCESS EXCLUSIVE and keeps it until COMMIT. While the statement waits for the lock, everybody who comes later waits behind it.',
  fix: 'Lock rows instead (SELECT … FOR UPDATE), or let the statements take the locks that they need.',
  bad: ['LOCK TABLE orders;', 'LOCK shop.orders, shop.items IN SHARE ROW EXCLUSIVE MODE;'],
  good: ['LOCK TABLE orders IN ROW EXCLUSIVE MODE;', 'SELECT 1 FROM orders WHERE id = 1 FOR UPDATE;'],
};
