import { rule, type RuleDocs } from '../../review/rule';

export const banEnumRenameValue = rule({
  id: 'ban-enum-rename-value',
  title: 'A renamed enum value is refused when programs write the old one',
  category: 'compatibility',
  level: 'warning',
  on: ['AlterEnumStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    const { oldVal } = fields;
    if (type !== 'AlterEnumStmt' || typeof oldVal !== 'string') return;
    yield {
      at: { start, end },
      message: `Programs that write or compare with "${oldVal}" fail from COMMIT on (22P02).`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'The value is known to programs, reports and stored texts under its old name. After the rename PostgreSQL no longer reads it.',
  fix: 'Add the new value, move the rows, and leave the old one unused.',
  bad: [
    "ALTER TYPE status RENAME VALUE 'void' TO 'cancelled';",
    "ALTER TYPE shop.status RENAME VALUE 'a' TO 'b';",
  ],
  good: [
    "ALTER TYPE status ADD VALUE 'cancelled' AFTER 'void';",
    'ALTER TYPE status RENAME TO order_status;',
  ],
};
