import { rule, type RuleDocs } from '../../review/rule';

export const requireTableSchema = rule({
  id: 'require-table-schema',
  title: 'A new thing without its schema lands wherever search_path says',
  category: 'schema-design',
  level: 'info',
  options: {},
  *statement({ type, fields, relations }) {
    if (!['CreateStmt', 'ViewStmt', 'CreateTableAsStmt', 'CreateSeqStmt'].includes(type)) return;
    const [made] = relations.filter(({ access }) => access === 'define');
    if (!made || made.schema !== null || fields['temporary'] === true) return;
    yield {
      at: { at: made.location },
      message: `Write ${made.name} with its schema: without it the place depends on the connection's search_path, which is another one elsewhere.`,
    };
  },
});

export const docs: RuleDocs = {
  why: 'A name without a schema is created in the first schema of search_path. The same text makes the table in other places in other environments.',
  fix: 'Write the schema: CREATE TABLE shop.orders (…).',
  bad: ['CREATE TABLE orders (id bigint PRIMARY KEY);', 'CREATE VIEW open_orders AS SELECT 1;'],
  good: ['CREATE TABLE shop.orders (id bigint PRIMARY KEY);', 'CREATE VIEW shop.open_orders AS SELECT 1;'],
  alsoKnownAs: ['squawk: require-table-schema', 'Bytebase: statement.create-specify-schema'],
};
