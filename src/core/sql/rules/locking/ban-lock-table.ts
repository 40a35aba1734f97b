import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { itemsOf } from '../../tree/node';

/** Numbers of lock modes in the parse tree (lockdefs.h). */
const modes = [
  '',
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
];
const firstThatStopsWriters = 5;

export const banLockTable = rule({
  id: 'ban-lock-table',
  title: 'LOCK TABLE keeps others out until the change commits',
  category: 'locking',
  level: 'warning',
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'LockStmt') return;
    const mode = Number(fields['mode']);
    if (mode < firstThatStopsWriters) return;
    const names = itemsOf(fields['relations'], 'RangeVar').map((table) => nameText(rangeName(table)));
    const who = modes[mode] === 'ACCESS EXCLUSIVE' ? 'read or write' : 'write to';
    yield {
      at: { start, end },
      message: `Nobody else can ${who} ${names.join(', ')} until the change has committed (lock ${modes[mode]}).`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'LOCK TABLE without a mode takes ACCESS EXCLUSIVE and keeps it until COMMIT. While the statement waits for the lock, everybody who comes later waits behind it.',
  fix: 'Lock rows instead (SELECT … FOR UPDATE), or let the statements take the locks that they need.',
  bad: ['LOCK TABLE orders;', 'LOCK shop.orders, shop.items IN SHARE ROW EXCLUSIVE MODE;'],
  good: ['LOCK TABLE orders IN ROW EXCLUSIVE MODE;', 'SELECT 1 FROM orders WHERE id = 1 FOR UPDATE;'],
};
