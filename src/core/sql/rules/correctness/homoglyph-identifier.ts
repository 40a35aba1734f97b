import { rule, type RuleDocs } from '../../review/rule';
import { newNames } from '../../tree/new-names';

export const homoglyphIdentifier = rule({
  id: 'homoglyph-identifier',
  title: 'A name mixes alphabets that look alike',
  category: 'correctness',
  level: 'error',
  options: {},
  *statement(statement) {
    const names = [
      ...newNames(statement).map(({ name, location }) => ({ name, location })),
      ...statement.relations.map(({ name, location }) => ({ name, location })),
      ...statement.calls.map(({ name, location }) => ({ name, location })),
    ];
    const seen = new Set<string>();
    for (const { name, location } of names) {
      const mixed =
        /[A-Za-z]/.test(name) && /[\u0370-\u03ff\u0400-\u052f\u2c80-\u2cff\uff00-\uffef]/u.test(name);
      if (!mixed || seen.has(name)) continue;
      seen.add(name);
      yield {
        at: { at: location },
        message: `The name "${name}" has Latin letters beside letters of another alphabet that look like them, so it is not the name that it seems to be.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'A Cyrillic а and a Latin a look the same and are two names. A text can so name another table than the one that reviewers read.',
  fix: 'Write the name in one alphabet.',
  bad: ['DELETE FROM "p\u0430yments" WHERE id = 1;', 'SELECT "l\u043ewer"(a) FROM t;'],
  good: ['DELETE FROM payments WHERE id = 1;', 'SELECT 1 FROM "заказы";'],
};
