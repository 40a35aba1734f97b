import * as fc from 'fast-check';
import { readPlan } from '#core/results/plan-tree';

const scan = {
  'Node Type': 'Seq Scan',
  'Relation Name': 'orders',
  Schema: 'shop',
  'Plan Rows': 41_200,
  'Total Cost': 18_000,
  Filter: "(status = 'open'::text)",
};
const update = {
  'Node Type': 'ModifyTable',
  Operation: 'Update',
  'Relation Name': 'orders',
  Schema: 'shop',
  'Plan Rows': 0,
  'Total Cost': 18_500,
  Plans: [scan],
};

test('a step comes before the steps that feed it, with its own cost', () => {
  expect(readPlan(JSON.stringify([{ Plan: update }]))).toEqual([
    {
      depth: 0,
      type: 'ModifyTable',
      words: 'Updates shop.orders',
      conditions: [],
      rows: 0,
      cost: 500,
      share: 500 / 18_500,
      heavyScan: false,
    },
    {
      depth: 1,
      type: 'Seq Scan',
      words: 'Reads all of shop.orders',
      conditions: ["(status = 'open'::text)"],
      rows: 41_200,
      cost: 18_000,
      share: 18_000 / 18_500,
      heavyScan: true,
    },
  ]);
});

test('a small table read whole is not heavy; a step without words keeps its name', () => {
  const small = { ...scan, 'Total Cost': 12 };
  expect(readPlan(JSON.stringify([{ Plan: small }]))?.[0]?.heavyScan).toBe(false);
  const other = [{ Plan: { 'Node Type': 'Sample Scan', 'Relation Name': 'orders' } }];
  expect(readPlan(JSON.stringify(other))?.[0]?.words).toBe('Sample Scan of orders');
});

test('whatever is not a plan is null, and a plan of any depth is cut, not followed for ever', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
      const steps = readPlan(text);
      expect(steps === null || steps.length > 0).toBe(true);
    }),
  );
  let deep: object = scan;
  for (let depth = 0; depth < 1_000; depth += 1) deep = { 'Node Type': 'Limit', Plans: [deep] };
  expect(readPlan(JSON.stringify([{ Plan: deep }]))).toHaveLength(200);
});
