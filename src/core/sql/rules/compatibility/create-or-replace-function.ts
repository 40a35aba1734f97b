import { rule, type RuleDocs } from '../../review/rule';

export const createOrReplaceFunction = rule({
  id: 'create-or-replace-function',
  title: 'A replaced function changes for all its callers at once',
  category: 'compatibility',
  level: 'info',
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'CreateFunctionStmt' || fields['replace'] !== true) return;
    yield {
      at: { start, end },
      message:
        'Callers, triggers, defaults and indexes get the new body at COMMIT, and the old one is nowhere kept. Put its present text into the rollback.',
    };
  },
});

export const docs: RuleDocs = {
  why: 'A function may be called by programs, triggers, check constraints and expression indexes; an index that was built with the old body is silently wrong with the new one.',
  fix: 'Write the present definition (pg_get_functiondef) into the rollback. Look for indexes and constraints that use the function.',
  bad: [
    "CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    "CREATE OR REPLACE PROCEDURE p() LANGUAGE sql AS 'SELECT 1';",
  ],
  good: ["CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';", 'ALTER FUNCTION f() STABLE;'],
};
