import { rule, type RuleDocs } from '../../review/rule';
import { nameText, typeText } from '../../tree/names';
import { newColumns } from '../../tree/tables';

export const preferTimestamptz = rule({
  id: 'prefer-timestamptz',
  title: 'A timestamp without time zone names no moment',
  category: 'schema-design',
  level: 'warning',
  on: ['AlterTableStmt', 'CreateStmt'],
  options: {},
  *statement(statement) {
    for (const { name, table, definition, location } of newColumns(statement)) {
      const type = typeText(definition['typeName']);
      if (type !== 'timestamp' && type !== 'timetz') continue;
      const message = `Column ${nameText(table)}.${name} is ${type === 'timetz' ? 'time with time zone' : 'timestamp without time zone'}: which moment a value means depends on who reads it. Use timestamptz.`;
      yield { at: { at: location }, message };
    }
  },
});

export const docs: RuleDocs = {
  why: '`timestamp` stores digits of a clock, not a moment: a session with another TimeZone reads another moment from it, and twice a year an hour is ambiguous. `timestamptz` takes the same eight bytes and stores the moment. `timetz` helps nobody.',
  fix: 'timestamptz. For a date or a time of day that is meant as such: date, or time.',
  bad: [
    'CREATE TABLE t (at timestamp);',
    'ALTER TABLE t ADD COLUMN at timestamp(3) without time zone;',
    'CREATE TABLE u (at timetz);',
  ],
  good: ['CREATE TABLE t (at timestamptz);', 'ALTER TABLE t ADD COLUMN day date;'],
  alsoKnownAs: ['squawk: prefer-timestamptz'],
};
