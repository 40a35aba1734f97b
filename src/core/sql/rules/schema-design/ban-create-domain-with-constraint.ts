import { rule, type RuleDocs } from '../../review/rule';
import { itemsOf } from '../../tree/node';

export const banCreateDomainWithConstraint = rule({
  id: 'ban-create-domain-with-constraint',
  title: 'A constraint of a domain cannot be changed without reading every table that uses it',
  category: 'schema-design',
  level: 'info',
  on: ['CreateDomainStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'CreateDomainStmt' || itemsOf(fields['constraints'], 'Constraint').length === 0) return;
    yield {
      at: { start, end },
      message:
        'Whoever changes this constraint later makes PostgreSQL read every table with a column of this domain. CHECK constraints on the columns can be changed one by one, NOT VALID first.',
    };
  },
});

export const docs: RuleDocs = {
  why: 'A domain is used in many tables. Adding or replacing its constraint checks all of them in one statement, under locks, and there is no online way for several tables at once.',
  fix: 'Plain types with CHECK constraints on the columns.',
  bad: ['CREATE DOMAIN positive AS int CHECK (value > 0);', 'CREATE DOMAIN shop.code AS text NOT NULL;'],
  good: ['CREATE DOMAIN code AS text;', 'CREATE TABLE t (n int CHECK (n > 0));'],
  alsoKnownAs: ['squawk: ban-create-domain-with-constraint'],
};
