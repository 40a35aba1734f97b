import { rule, type RuleDocs } from '../../review/rule';
import { strings } from '../../tree/node';

export const requireEnumValueOrdering = rule({
  id: 'require-enum-value-ordering',
  title: 'A new enum value goes last unless its place is said',
  category: 'correctness',
  level: 'info',
  on: ['AlterEnumStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (
      type !== 'AlterEnumStmt' ||
      fields['newVal'] === undefined ||
      fields['newValNeighbor'] !== undefined ||
      fields['oldVal'] !== undefined
    )
      return;
    const name = strings(fields['typeName']).join('.');
    yield {
      at: { start, end },
      message: `The new value is put behind all others of ${name}, and sorts so. Say BEFORE or AFTER which value it belongs.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'Enum values compare in the order in which they are declared. A value that was appended sorts last for ever: order cannot be changed later without a new type.',
  fix: "ALTER TYPE … ADD VALUE 'x' AFTER 'y'.",
  bad: ["ALTER TYPE status ADD VALUE 'paused';", "ALTER TYPE shop.status ADD VALUE IF NOT EXISTS 'paused';"],
  good: ["ALTER TYPE status ADD VALUE 'paused' AFTER 'open';", "ALTER TYPE status RENAME VALUE 'a' TO 'b';"],
  alsoKnownAs: ['squawk: require-enum-value-ordering'],
};
