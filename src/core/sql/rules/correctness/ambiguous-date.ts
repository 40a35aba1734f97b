import { rule, type RuleDocs } from '../../review/rule';
import { find, locationOf, stringOf } from '../../tree/node';

export const ambiguousDate = rule({
  id: 'ambiguous-date',
  title: 'A date that means another day under another setting',
  category: 'correctness',
  level: 'warning',
  options: {},
  *statement({ node }) {
    for (const constant of find(node, 'A_Const')) {
      const text = stringOf({ A_Const: constant });
      if (text === null || !/^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}( |$)/.test(text)) continue;
      yield {
        at: { at: locationOf(constant) },
        message: `Whether "${text}" begins with the day or the month depends on the DateStyle of the session. Write YYYY-MM-DD.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: "'03/04/2026' is March 4th or April 3rd, by DateStyle, which may differ between environments. Nothing fails; other rows are changed.",
  fix: "'2026-04-03', which every setting reads alike.",
  bad: ["DELETE FROM logs WHERE at < '03/04/2026';", "UPDATE t SET d = '1.2.2026' WHERE id = 1;"],
  good: ["DELETE FROM logs WHERE at < '2026-04-03';", "SELECT '10.0.0.1';"],
};
