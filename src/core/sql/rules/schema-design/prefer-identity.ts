import { rule, type RuleDocs } from '../../review/rule';
import { nameText, typeText } from '../../tree/names';
import { newColumns } from '../../tree/tables';

export const preferIdentity = rule({
  id: 'prefer-identity',
  title: 'serial is an old short form with loose ends',
  category: 'schema-design',
  level: 'info',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    for (const { name, table, definition, location } of newColumns(statement)) {
      if (!/^(small|big)?serial[248]?$/.test(typeText(definition['typeName']))) continue;
      const message = `Column ${nameText(table)}.${name} is serial: the sequence has rights of its own and any INSERT may write the number itself. Use bigint GENERATED ALWAYS AS IDENTITY.`;
      yield { at: { at: location }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: 'serial makes a sequence, a default and a dependency, but no rule: an INSERT may give its own number, which the sequence gives out again later. Rights on the sequence have to be granted apart.',
  fix: 'bigint GENERATED ALWAYS AS IDENTITY, or BY DEFAULT where rows are copied with their numbers.',
  bad: ['CREATE TABLE t (id bigserial PRIMARY KEY);', 'CREATE TABLE shop.t (id serial8);'],
  good: [
    'CREATE TABLE t (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY);',
    'CREATE TABLE t (id uuid PRIMARY KEY);',
  ],
  alsoKnownAs: ['squawk: prefer-identity'],
};
