import type { TouchedTable } from '#core/change/analysis';
import { conflictsOf, type OtherChange } from '#core/change/conflicts';
import { indexStep, openRevision } from '#core/change/open-change';
import { type ChangeState, initialState } from '#core/change/state';
import { snapshotOf } from '#core/sql/facts/schema-snapshot';
import { locksConflict } from '#core/sql/locks/conflicts';
import { lockModes } from '#core/sql/locks/modes';

const table = (name: string, mode: TouchedTable['mode'], schema: string | null = null): TouchedTable => ({
  schema,
  name,
  mode,
});
const other = (issueKey: string, tables: TouchedTable[], wish: Partial<OtherChange> = {}): OtherChange => ({
  issueKey,
  status: 'approved',
  tables,
  moreTables: false,
  ...wish,
});

test('of two modes neither is first: what conflicts, conflicts both ways', () => {
  for (const one of lockModes)
    for (const two of lockModes) expect(locksConflict(one, two)).toBe(locksConflict(two, one));
});

describe('two changes on one table', () => {
  test.each([
    ['ROW EXCLUSIVE', 'ROW EXCLUSIVE', false, 'only where they want the same rows'],
    ['ROW EXCLUSIVE', 'ACCESS EXCLUSIVE', true, 'the later one waits'],
    ['ACCESS SHARE', 'ACCESS EXCLUSIVE', true, 'the later one waits'],
    ['ACCESS SHARE', 'ROW EXCLUSIVE', false, 'Neither waits'],
    ['SHARE', 'SHARE', false, 'Neither waits'],
    ['SHARE', 'ROW EXCLUSIVE', true, 'the later one waits'],
    ['SHARE UPDATE EXCLUSIVE', 'SHARE UPDATE EXCLUSIVE', true, 'the later one waits'],
    ['SHARE UPDATE EXCLUSIVE', 'ROW EXCLUSIVE', false, 'Neither waits'],
  ] as const)('%s and %s', (mine, theirs, waits, words) => {
    const [found] = conflictsOf([table('orders', mine)], [other('DB-2', [table('orders', theirs)])], null);
    expect(found?.waits).toBe(waits);
    expect(found?.words[0]).toContain(`this change takes ${mine}`);
    expect(found?.words[0]).toContain(`DB-2 takes ${theirs}`);
    expect(found?.words[0]).toContain(words);
  });

  test('that both only read is nobody else’s business', () => {
    const reads = [table('orders', 'ACCESS SHARE')];
    expect(conflictsOf(reads, [other('DB-2', reads)], null)).toEqual([]);
  });

  test('of the same name in two schemas is not the same; where one names none, it may be', () => {
    const mine = [table('orders', 'ROW EXCLUSIVE', 'shop')];
    expect(conflictsOf(mine, [other('DB-2', [table('orders', 'ROW EXCLUSIVE', 'old')])], null)).toEqual([]);
    const [maybe] = conflictsOf(mine, [other('DB-2', [table('orders', 'ROW EXCLUSIVE')])], null);
    expect(maybe?.words[0]).toContain('shop.orders (if orders is the same table)');
    const schema = snapshotOf({
      v: 1,
      serverMajor: 18,
      searchPath: ['shop'],
      tables: [bare('shop', 'orders')],
      functions: [],
    });
    const [sure] = conflictsOf(mine, [other('DB-2', [table('orders', 'ROW EXCLUSIVE')])], schema);
    expect(sure?.words[0]).toMatch(/^shop\.orders: /);
  });
});

const bare = (schema: string, name: string) => ({
  schema,
  name,
  kind: 'table' as const,
  rows: null,
  bytes: 0,
  columns: [],
  primaryKey: [],
  indexes: [],
  foreignKeys: [],
});

test('tables that a foreign key ties are told, unless one side only reads', () => {
  const key = {
    name: 'fk',
    columns: ['customer'],
    toSchema: 'shop',
    toTable: 'customers',
    toColumns: ['id'],
  };
  const schema = snapshotOf({
    v: 1,
    serverMajor: 18,
    searchPath: ['shop'],
    tables: [{ ...bare('shop', 'orders'), foreignKeys: [key] }, bare('shop', 'customers')],
    functions: [],
  });
  const orders = [table('orders', 'ROW EXCLUSIVE')];
  const [found] = conflictsOf(orders, [other('DB-2', [table('customers', 'ROW EXCLUSIVE')])], schema);
  expect(found).toMatchObject({ waits: false, words: [expect.stringContaining('tied by a foreign key')] });
  expect(conflictsOf(orders, [other('DB-2', [table('customers', 'ACCESS SHARE')])], schema)).toEqual([]);
  expect(conflictsOf(orders, [other('DB-2', [table('customers', 'ROW EXCLUSIVE')])], null)).toEqual([]);
});

test('a change whose tables are not known is told as such, never left out', () => {
  const [found] = conflictsOf(
    [table('orders', 'ROW EXCLUSIVE')],
    [other('DB-2', [], { moreTables: true })],
    null,
  );
  expect(found).toMatchObject({ waits: false, words: ['DB-2 touches tables that are not known here.'] });
});

test('those that wait come first, then what runs, then by key', () => {
  const mine = [table('orders', 'ROW EXCLUSIVE')];
  const found = conflictsOf(
    mine,
    [
      other('DB-5', mine),
      other('DB-4', mine, { status: 'running' }),
      other('DB-3', [table('orders', 'SHARE')], { status: 'in-review' }),
      other('DB-2', mine),
      other('DB-1', [table('customers', 'ACCESS EXCLUSIVE')]),
    ],
    null,
  );
  expect(found.map(({ issueKey }) => issueKey)).toEqual(['DB-3', 'DB-4', 'DB-2', 'DB-5']);
});

describe('the entry of the index', () => {
  const at = (status: ChangeState['status'], number: number | null = 1): ChangeState => ({
    ...initialState,
    status,
    revision: number === null ? null : ({ number } as ChangeState['revision']),
  });

  test.each([
    ['draft', 'in-review', 'open'],
    ['in-review', 'approved', 'keep'],
    ['approved', 'running', 'keep'],
    ['running', 'in-review', 'keep'],
    ['running', 'succeeded', 'close'],
    ['running', 'needs-attention', 'close'],
    ['succeeded', 'running', 'open'],
    ['in-review', 'rejected', 'close'],
    ['approved', 'cancelled', 'close'],
    ['rejected', 'draft', 'keep'],
  ] as const)('%s to %s: %s', (before, after, step) => {
    expect(indexStep(at(before), at(after))).toBe(step);
    expect(openRevision(at(after)) !== null).toBe(['in-review', 'approved', 'running'].includes(after));
  });

  test('is written anew for another revision', () => {
    expect(indexStep(at('in-review', 1), at('in-review', 2))).toBe('open');
    expect(indexStep(at('in-review'), at('draft', null))).toBe('close');
  });
});
