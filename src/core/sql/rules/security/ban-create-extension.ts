import { rule, type RuleDocs } from '../../review/rule';

export const banCreateExtension = rule({
  id: 'ban-create-extension',
  title: 'An extension is code that runs inside the server',
  category: 'security',
  level: 'warning',
  on: ['AlterExtensionStmt', 'CreateExtensionStmt'],
  options: { allowed: [] as string[] },
  *statement({ type, fields, start, end }, { allowed }) {
    if (type !== 'CreateExtensionStmt' && type !== 'AlterExtensionStmt') return;
    const { extname } = fields;
    const name = typeof extname === 'string' ? extname : '';
    if (allowed.includes(name)) return;
    yield {
      at: { start, end },
      message: `The extension ${name} brings functions that run inside the server; the people who run it decide which are installed.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'An extension may add C code, background workers and functions that reach files or other servers. Its scripts often run with the rights of a superuser.',
  fix: 'Have the operators install it. The option `allowed` lists those that changes may install, for example pg_trgm.',
  bad: ['CREATE EXTENSION dblink;', 'ALTER EXTENSION postgis UPDATE;'],
  good: [
    { sql: 'CREATE EXTENSION IF NOT EXISTS pg_trgm;', options: { allowed: ['pg_trgm'] } },
    'CREATE SCHEMA geo;',
  ],
};
