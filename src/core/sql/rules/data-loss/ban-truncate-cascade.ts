import { rule, type RuleDocs } from '../../review/rule';

export const banTruncateCascade = rule({
  id: 'ban-truncate-cascade',
  title: 'TRUNCATE … CASCADE empties tables that the text does not name',
  category: 'data-loss',
  level: 'error',
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'TruncateStmt' || fields['behavior'] !== 'DROP_CASCADE') return;
    const message =
      'CASCADE also empties every table with a foreign key to these, and those with a foreign key to them; the text does not show which.';
    yield { at: { start, end }, message };
  },
});

export const docs: RuleDocs = {
  why: 'With CASCADE, TRUNCATE follows foreign keys from table to table and empties all of them. A reviewer sees one name and approves the loss of ten tables.',
  fix: 'Name every table that is to be emptied, without CASCADE: then the statement fails when one is missing.',
  bad: ['TRUNCATE customers CASCADE;', 'TRUNCATE TABLE ONLY shop.customers RESTART IDENTITY CASCADE;'],
  good: ['TRUNCATE customers, orders;', 'TRUNCATE customers RESTRICT;'],
  alsoKnownAs: ['squawk: ban-truncate-cascade'],
};
