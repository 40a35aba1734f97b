import { rule, type RuleDocs } from '../../review/rule';

export const indexName = rule({
  id: 'index-name',
  title: 'An index without a name of its own',
  category: 'naming',
  level: 'info',
  on: ['IndexStmt'],
  options: {},
  *statement({ type, fields, start, end }) {
    if (type !== 'IndexStmt' || typeof fields['idxname'] === 'string' || fields['concurrent'] === true)
      return;
    yield {
      at: { start, end },
      message:
        'PostgreSQL makes a name up, another one if that is taken; a later DROP INDEX has to guess it. Name the index.',
    };
  },
});

export const docs: RuleDocs = {
  why: 'A generated name depends on what is there already, so the same text gives other names in other environments, and scripts that drop the index fail in some of them.',
  fix: 'CREATE INDEX table_columns ON ….',
  bad: ['CREATE INDEX ON orders (status);', 'CREATE UNIQUE INDEX ON shop.orders (number);'],
  good: ['CREATE INDEX orders_status ON orders (status);', 'CREATE TABLE t (id bigint PRIMARY KEY);'],
  alsoKnownAs: ['Bytebase: naming.index.idx'],
};
