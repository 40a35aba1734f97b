import { rule, type RuleDocs } from '../../review/rule';
import { find, locationOf, stringOf } from '../../tree/node';

export const likeWithoutWildcard = rule({
  id: 'like-without-wildcard',
  title: 'LIKE without a wildcard is an equality in disguise',
  category: 'correctness',
  level: 'info',
  on: ['A_Expr'],
  options: {},
  *statement({ node }) {
    for (const expression of find(node, 'A_Expr')) {
      if (expression['kind'] !== 'AEXPR_LIKE') continue;
      const pattern = stringOf(expression['rexpr']);
      if (pattern === null || /[%_\\]/.test(pattern)) continue;
      yield {
        at: { at: locationOf(expression) },
        message:
          'The pattern holds no % and no _, so this compares for equality: write =, or add the wildcard that was meant.',
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'A pattern without % or _ only matches the very same text. Mostly a wildcard was forgotten, and the statement finds fewer rows than its author thinks.',
  fix: "= 'text' for equality, LIKE 'text%' for a beginning.",
  bad: ["SELECT 1 FROM customers WHERE name LIKE 'Ana';", "DELETE FROM logs WHERE path NOT LIKE '/health';"],
  good: ["SELECT 1 FROM customers WHERE name LIKE 'Ana%';", "SELECT 1 FROM customers WHERE name = 'Ana';"],
};
