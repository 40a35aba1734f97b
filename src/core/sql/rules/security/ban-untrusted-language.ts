import { rule, type RuleDocs } from '../../review/rule';
import { itemsOf, stringOf } from '../../tree/node';

const untrusted = new Set(['c', 'internal', 'plpython3u', 'plpythonu', 'plperlu', 'pltclu', 'plsh']);

export const banUntrustedLanguage = rule({
  id: 'ban-untrusted-language',
  title: 'A function in a language without a sandbox',
  category: 'security',
  level: 'error',
  on: ['CreateFunctionStmt', 'DoStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    const list =
      type === 'DoStmt' ? fields['args'] : type === 'CreateFunctionStmt' ? fields['options'] : undefined;
    for (const { defname, arg } of itemsOf(list, 'DefElem')) {
      const language = defname === 'language' ? stringOf(arg)?.toLowerCase() : undefined;
      if (language === undefined || !untrusted.has(language)) continue;
      yield {
        at: { start, end },
        message: `Code in ${language} can do whatever the server's operating system user can: files, network, memory.`,
      };
    }
  },
});

export const docs: RuleDocs = {
  why: 'Untrusted languages (their names mostly end in u, and C) have no limits inside the server process. PostgreSQL lets only superusers create such functions for that reason.',
  fix: 'Use SQL, PL/pgSQL or another trusted language.',
  bad: [
    "CREATE FUNCTION f() RETURNS int LANGUAGE plpython3u AS 'return 1';",
    "CREATE FUNCTION g() RETURNS int LANGUAGE C AS 'lib', 'g';",
  ],
  good: [
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    'DO LANGUAGE plpgsql $$ begin null; end $$;',
  ],
};
