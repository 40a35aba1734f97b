import { scriptFacts } from '#core/sql/facts/statement-facts';
import { nameText } from '#core/sql/tree/names';
import { cutScript } from '#core/sql/tree/script';
import { parseSql } from '../../../../executor/sql/parser';

async function facts(sql: string) {
  const parsed = await parseSql(sql);
  if (!parsed.ok) throw new Error(`${parsed.error.message}: ${sql}`);
  return scriptFacts(cutScript(sql, parsed.value)).statements;
}

async function uses(sql: string): Promise<string[]> {
  return (await facts(sql)).flatMap(({ relations }) =>
    relations.map((use) => `${use.access} ${nameText(use)}`),
  );
}

test.each<[string, string[]]>([
  [
    'SELECT * FROM a, ONLY s.b JOIN c ON true WHERE EXISTS (SELECT FROM d)',
    ['read a', 'read s.b', 'read c', 'read d'],
  ],
  ['UPDATE t SET a = (SELECT max(x) FROM u) FROM v WHERE v.id = t.id', ['write t', 'read u', 'read v']],
  ['WITH q AS (SELECT FROM a) DELETE FROM t USING q', ['read a', 'write t']],
  ['WITH q AS (DELETE FROM a RETURNING id) SELECT * FROM q', ['write a']],
  // A CTE of the same name hides nothing that names its schema, and nothing that is written.
  ['WITH t AS (SELECT FROM t) SELECT * FROM t, s.t', ['read t', 'read s.t']],
  ['WITH t AS (SELECT 1) INSERT INTO t SELECT * FROM t', ['write t']],
  // Not recursive: inside its own query the name is the table's.
  ['WITH RECURSIVE t AS (SELECT 1 UNION ALL SELECT * FROM t) SELECT * FROM t', []],
  ['WITH a AS (SELECT 1), b AS (SELECT * FROM a) SELECT * FROM b', []],
  ['WITH b AS (SELECT * FROM a), a AS (SELECT 1) SELECT * FROM b', ['read a']],
  ['SELECT * FROM (WITH q AS (SELECT 1) SELECT * FROM q) x, q', ['read q']],
  ['MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE', ['write t', 'read u']],
  ['INSERT INTO t SELECT * FROM u ON CONFLICT DO NOTHING', ['write t', 'read u']],
  ['TRUNCATE a, b', ['write a', 'write b']],
  ['COPY t FROM STDIN', ['write t']],
  ['COPY t TO STDOUT', ['read t']],
  ['ALTER TABLE s.t ADD COLUMN a int REFERENCES u (id)', ['define s.t', 'read u']],
  ['CREATE INDEX i ON t (a)', ['define t']],
  ['CREATE VIEW v AS SELECT * FROM b', ['define v', 'read b']],
  ['LOCK TABLE t', ['read t']],
  ['EXPLAIN ANALYZE DELETE FROM t', ['write t']],
])('the relations of %s', async (sql, expected) => {
  expect((await uses(sql)).toSorted()).toEqual(expected.toSorted());
});

test.each<[string, string]>([
  ['SELECT 1', 'read'],
  ['WITH q AS (UPDATE t SET a = 1 RETURNING a) SELECT * FROM q', 'write'],
  ['SELECT 1 INTO t', 'ddl'],
  ['EXPLAIN DELETE FROM t', 'read'],
  ['EXPLAIN ANALYZE DELETE FROM t', 'write'],
  ['EXPLAIN (ANALYZE) SELECT 1', 'read'],
  [`COPY t TO PROGRAM 'sh'`, 'opaque'],
  ['COPY t FROM STDIN', 'write'],
  ['COPY t TO STDOUT', 'read'],
  ['DO $$ begin end $$', 'opaque'],
  ['CALL p()', 'opaque'],
  ['GRANT SELECT ON t TO r', 'privilege'],
  ['ALTER TABLE t OWNER TO r', 'ddl'],
  ['ALTER FUNCTION f() OWNER TO r', 'privilege'],
  ['SET search_path = x', 'session'],
  ['COMMIT', 'transaction'],
  ['VACUUM', 'maintenance'],
  ['REFRESH MATERIALIZED VIEW m', 'maintenance'],
  ['CREATE EXTENSION x', 'ddl'],
])('the kind of %s', async (sql, kind) => {
  expect((await facts(sql)).map((statement) => statement.kind)).toEqual([kind]);
});

test('calls are named with where they stand, in the order of the text', async () => {
  const [statement] = await facts(`SELECT f(1), s.g(h(2)) FROM k() WHERE now() > 'x'`);
  expect(statement?.calls.map((call) => `${nameText(call)}@${call.location}`).toSorted()).toEqual([
    'f@7',
    'h@17',
    'k@28',
    'now@38',
    's.g@13',
  ]);
});

test('a deep tree does not exhaust the stack', async () => {
  const sql = `SELECT ${'('.repeat(900)}SELECT 1 FROM t${')'.repeat(900)}`;
  expect(await uses(sql)).toEqual(['read t']);
});
