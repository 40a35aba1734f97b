import { rule, type RuleDocs } from '../../review/rule';
import { alterActions } from '../../tree/tables';

export const banDropCascade = rule({
  id: 'ban-drop-cascade',
  title: 'DROP … CASCADE takes things with it that the text does not name',
  category: 'data-loss',
  level: 'error',
  options: {},
  *statement(statement) {
    const { type, fields, start, end } = statement;
    const whole = (type === 'DropStmt' || type === 'DropOwnedStmt') && fields['behavior'] === 'DROP_CASCADE';
    const action = alterActions(statement).some(
      (one) => /^AT_Drop(Column|Constraint)$/.test(one.type) && one.fields['behavior'] === 'DROP_CASCADE',
    );
    if (!whole && !action) return;
    const message =
      'CASCADE also drops whatever depends on it: views, foreign keys, functions, columns of other tables. The text does not show which.';
    yield { at: { start, end }, message };
  },
});

export const docs: RuleDocs = {
  why: 'CASCADE drops everything that depends on the object, and what depends on that, without asking. Views and foreign keys disappear that nobody mentioned in the review.',
  fix: 'Drop the dependent things by name first. Without CASCADE the statement fails and lists what stands in the way.',
  bad: [
    'DROP TABLE customers CASCADE;',
    'ALTER TABLE customers DROP COLUMN email CASCADE;',
    'DROP SCHEMA shop CASCADE;',
  ],
  good: ['DROP VIEW open_orders;', 'ALTER TABLE customers DROP CONSTRAINT email_is_unique;'],
  alsoKnownAs: ['Bytebase: statement.disallow-cascade'],
};
