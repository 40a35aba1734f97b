import { rule, type RuleDocs } from '../../review/rule';
import { nameText, rangeName } from '../../tree/names';
import { isNode } from '../../tree/node';

export const banRule = rule({
  id: 'ban-rule',
  title: 'A rewrite rule makes statements mean something else',
  category: 'security',
  level: 'warning',
  on: ['RuleStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'RuleStmt' || !isNode(fields['relation'])) return;
    yield {
      at: { start, end },
      message: `From now on, statements on ${nameText(rangeName(fields['relation']))} are rewritten to others before they run; what reviewers read is not what happens.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'A rule replaces or multiplies statements as they are planned. Volatile functions run twice, counts are wrong, and an approved text does something that it does not say.',
  fix: 'Use a trigger, or a view that can be written to.',
  bad: [
    'CREATE RULE r AS ON DELETE TO orders DO INSTEAD NOTHING;',
    'CREATE OR REPLACE RULE r AS ON INSERT TO shop.t DO ALSO INSERT INTO l VALUES (1);',
  ],
  good: [
    'CREATE TRIGGER t BEFORE DELETE ON orders FOR EACH ROW EXECUTE FUNCTION f();',
    'DROP RULE r ON orders;',
  ],
};
