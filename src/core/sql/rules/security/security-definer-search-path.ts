import { rule, type RuleDocs } from '../../review/rule';
import { as, isNode, itemsOf } from '../../tree/node';

export const securityDefinerSearchPath = rule({
  id: 'security-definer-search-path',
  title: 'A SECURITY DEFINER function without a fixed search_path can be taken over',
  category: 'security',
  level: 'error',
  on: ['CreateFunctionStmt', 'VariableSetStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'CreateFunctionStmt') return;
    const options = itemsOf(fields['options'], 'DefElem');
    const definer = options.some(
      ({ defname, arg }) => defname === 'security' && isNode(arg) && as(arg, 'Boolean')?.['boolval'] === true,
    );
    const fixed = options.some(
      ({ defname, arg }) =>
        defname === 'set' && isNode(arg) && as(arg, 'VariableSetStmt')?.['name'] === 'search_path',
    );
    if (!definer || fixed) return;
    yield {
      at: { start, end },
      message:
        "It runs with its owner's rights but looks names up along the caller's search_path: a caller can put their own table or function first. Add SET search_path = pg_catalog, pg_temp and write names with their schemas.",
    };
  },
});

export const docs: RuleDocs = {
  why: 'A SECURITY DEFINER function has the rights of its owner. Names in its body are looked up along the search_path of the caller, who can therefore have it call code of their own with those rights.',
  fix: 'CREATE FUNCTION … SECURITY DEFINER SET search_path = pg_catalog, pg_temp, and schema-qualified names in the body.',
  bad: [
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';",
    "CREATE OR REPLACE PROCEDURE p() LANGUAGE sql SECURITY DEFINER SET work_mem = '1MB' AS 'SELECT 1';",
  ],
  good: [
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT 1';",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
  ],
  sources: ['https://www.postgresql.org/docs/current/sql-createfunction.html#SQL-CREATEFUNCTION-SECURITY'],
};
