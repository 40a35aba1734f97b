import { byWord, perScript } from '../../review/per-script';
import { rule, type RuleDocs } from '../../review/rule';
import { find, stringOf } from '../../tree/node';

/** The statements that a text constant stands in, by the constant. */
const users = perScript((statements) =>
  byWord(
    statements.flatMap((statement) =>
      Array.from(find(statement.node, 'A_Const'), (constant) => {
        const text = stringOf({ A_Const: constant });
        return text === null ? [] : [[text, statement] as const];
      }).flat(),
    ),
  ),
);

export const banNewEnumValueInUse = rule({
  id: 'ban-new-enum-value-in-use',
  title: 'A new enum value cannot be used before COMMIT',
  category: 'transaction',
  level: 'error',
  options: {},
  *script({ statements }) {
    for (const added of statements) {
      const { newVal } = added.fields;
      if (
        added.type !== 'AlterEnumStmt' ||
        typeof newVal !== 'string' ||
        added.fields['oldVal'] !== undefined
      )
        continue;
      const user = users(statements)
        .get(newVal)
        ?.find(({ index }) => index > added.index);
      if (user)
        yield {
          at: user,
          message: `The enum value "${newVal}" is added by the same change: PostgreSQL refuses its use before COMMIT (55P04). Make it two changes.`,
        };
    }
  },
});

export const docs: RuleDocs = {
  why: 'ALTER TYPE … ADD VALUE may run in a transaction, but the new value is unsafe to use until it is committed, and PostgreSQL refuses it.',
  fix: 'One change adds the value, the next one uses it.',
  bad: [
    "ALTER TYPE status ADD VALUE 'paused' AFTER 'open'; UPDATE t SET s = 'paused' WHERE id = 1;",
    "ALTER TYPE s ADD VALUE 'x' BEFORE 'y'; INSERT INTO t (s) VALUES ('x');",
  ],
  good: [
    "ALTER TYPE status ADD VALUE 'paused' AFTER 'open'; UPDATE t SET s = 'open' WHERE id = 1;",
    "UPDATE t SET s = 'paused' WHERE id = 1;",
  ],
};
