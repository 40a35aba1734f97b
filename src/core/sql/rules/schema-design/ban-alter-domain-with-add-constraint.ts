import { rule, type RuleDocs } from '../../review/rule';
import { as } from '../../tree/node';

export const banAlterDomainWithAddConstraint = rule({
  id: 'ban-alter-domain-with-add-constraint',
  title: 'A new constraint of a domain reads every table that uses it',
  category: 'schema-design',
  level: 'warning',
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'AlterDomainStmt' || as(fields['def'], 'Constraint') === undefined) return;
    yield {
      at: { start, end },
      message:
        'Every row of every table with a column of this domain is checked, under locks, before the statement ends.',
    };
  },
});

export const docs: RuleDocs = {
  why: 'PostgreSQL looks for all columns of the domain and checks each of their rows while writers wait. The text does not show which tables these are.',
  fix: 'Add it NOT VALID where that is possible, or use CHECK constraints on the columns.',
  bad: [
    'ALTER DOMAIN positive ADD CONSTRAINT small CHECK (value < 100);',
    "ALTER DOMAIN shop.code ADD CHECK (value <> '');",
  ],
  good: ['ALTER DOMAIN positive DROP CONSTRAINT small;', 'ALTER DOMAIN positive SET DEFAULT 1;'],
  alsoKnownAs: ['squawk: ban-alter-domain-with-add-constraint'],
};
