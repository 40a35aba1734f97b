import { byWord, perScript } from '../../review/per-script';
import { rule, type RuleDocs } from '../../review/rule';
import { mayBeSame, nameText } from '../../tree/names';

/** The tables that rows are inserted into, by name. */
const insertions = perScript((statements) =>
  byWord(
    statements
      .filter(({ type }) => type === 'InsertStmt')
      .flatMap((statement) =>
        statement.relations
          .filter(({ access }) => access === 'write')
          .map((use) => [use.name, { statement, use }] as const),
      ),
  ),
);

export const deleteAndInsertSameTable = rule({
  id: 'delete-and-insert-same-table',
  title: 'Rows are removed and put in again instead of changed',
  category: 'correctness',
  level: 'info',
  options: {},
  *script({ statements }) {
    for (const removal of statements) {
      if (removal.type !== 'DeleteStmt' && removal.type !== 'TruncateStmt') continue;
      const gone = removal.relations.find(({ access }) => access === 'write');
      const back =
        gone &&
        insertions(statements)
          .get(gone.name)
          ?.find(({ statement, use }) => statement.index > removal.index && mayBeSame(use, gone))?.statement;
      if (back)
        yield {
          at: back,
          message: `Rows of ${nameText(gone)} are removed above and inserted here: foreign keys may cascade, triggers fire twice, and columns that the INSERT does not name lose their values. UPDATE or MERGE keeps them.`,
        };
    }
  },
});

export const docs: RuleDocs = {
  why: 'DELETE and INSERT look like a change of rows and are a loss and a gain: identity values, columns that are not named, and rows in other tables that cascade are gone.',
  fix: 'UPDATE, INSERT … ON CONFLICT DO UPDATE, or MERGE.',
  bad: [
    'DELETE FROM rates WHERE day = current_date; INSERT INTO rates (day) VALUES (current_date);',
    'TRUNCATE shop.rates; INSERT INTO shop.rates (a) SELECT 1;',
  ],
  good: [
    'DELETE FROM rates WHERE day = current_date; INSERT INTO other (day) VALUES (current_date);',
    'UPDATE rates SET rate = 1 WHERE day = current_date;',
  ],
};
