import { rule, type RuleDocs } from '../../review/rule';
import { find, locationOf, stringOf } from '../../tree/node';

export const banLeadingWildcardLike = rule({
  id: 'ban-leading-wildcard-like',
  title: 'A pattern that begins with % reads every row',
  category: 'performance',
  level: 'warning',
  on: ['A_Expr'],
  options: {},
  *statement({ node }) {
    for (const expression of find(node, 'A_Expr')) {
      if (expression['kind'] !== 'AEXPR_LIKE' && expression['kind'] !== 'AEXPR_ILIKE') continue;
      const pattern = stringOf(expression['rexpr']);
      if (pattern === null || !/^%./s.test(pattern)) continue;
      yield {
        at: { at: locationOf(expression) },
        message:
          'No B-tree index helps a pattern that begins with %: every row is read. A trigram index (pg_trgm) can help.',
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'A B-tree is sorted by the beginning of the text; a pattern that leaves the beginning open has to look at every row, and in a change holds locks meanwhile.',
  fix: 'Anchor the pattern, use a trigram index, or full text search.',
  bad: [
    "SELECT id FROM customers WHERE email LIKE '%@example.com';",
    "DELETE FROM logs WHERE path ILIKE '%health%';",
  ],
  good: [
    "SELECT id FROM customers WHERE email LIKE 'ana%';",
    "SELECT id FROM customers WHERE email = 'a@example.com';",
  ],
  alsoKnownAs: ['Bytebase: statement.where.no-leading-wildcard-like'],
};
