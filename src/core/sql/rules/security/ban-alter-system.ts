import { rule, type RuleDocs } from '../../review/rule';

export const banAlterSystem = rule({
  id: 'ban-alter-system',
  title: "A change of the server's or the database's settings",
  category: 'security',
  level: 'error',
  on: ['AlterDatabaseSetStmt', 'AlterRoleSetStmt', 'AlterSystemStmt'],
  options: {},
  *statement({ type, start, end }) {
    const scope: Readonly<Record<string, string>> = {
      AlterSystemStmt: 'the whole server',
      AlterDatabaseSetStmt: 'every session of the database',
      AlterRoleSetStmt: 'every session of the role',
    };
    const where = scope[type];
    if (where === undefined) return;
    yield {
      at: { start, end },
      message: `This setting holds for ${where} from the next session on, long after the change; it belongs to the people who run the server.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'ALTER SYSTEM writes the configuration of the server, ALTER DATABASE … SET and ALTER ROLE … SET that of all later sessions. They can switch off durability, timeouts or logging for everybody.',
  fix: 'Have the operators change settings. For this change alone, SET LOCAL is enough.',
  bad: [
    'ALTER SYSTEM SET fsync = off;',
    'ALTER DATABASE shop SET statement_timeout = 0;',
    'ALTER ROLE app SET search_path = evil;',
  ],
  good: ["SET LOCAL work_mem = '64MB';", 'ALTER ROLE app CONNECTION LIMIT 10;'],
};
