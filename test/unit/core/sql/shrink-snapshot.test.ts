import * as fc from 'fast-check';
import { utf8Length } from '#core/hash';
import { snapshotOf } from '#core/sql/facts/schema-snapshot';
import { shrinkSnapshot } from '#core/sql/facts/shrink-snapshot';

const named = (name: string) => ({ schema: 'shop', name });
const table = (name: string) => ({
  ...named(name),
  kind: 'table' as const,
  rows: 1,
  bytes: 1,
  columns: [],
  primaryKey: [],
  indexes: [],
  foreignKeys: [],
});
const names = fc.array(
  fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }).filter((n) => n.length < 64),
  {
    maxLength: 40,
  },
);

test('the JSON fits, lists are cut at their ends, and only then is it truncated', () => {
  fc.assert(
    fc.property(
      names,
      names,
      names,
      fc.integer({ min: 200, max: 20_000 }),
      (tables, functions, domains, bytes) => {
        const whole = snapshotOf({
          v: 1,
          serverMajor: 18,
          searchPath: ['shop'],
          tables: tables.map(table),
          functions: functions.map(named),
          domains: domains.map(named),
        });
        const small = shrinkSnapshot(whole, bytes);
        expect(utf8Length(JSON.stringify(small))).toBeLessThanOrEqual(bytes);
        for (const list of ['tables', 'functions', 'domains'] as const) {
          expect(small[list]).toEqual(whole[list].slice(0, small[list].length));
        }
        expect(small.truncated).toBe(JSON.stringify(small) !== JSON.stringify(whole));
      },
    ),
  );
});
