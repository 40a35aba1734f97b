import * as v from 'valibot';

/** One step of a plan, in the order of the tree: a step comes before the steps that it takes its rows from. */
export const PlanStep = v.strictObject({
  /** Steps above it. */
  depth: v.number(),
  /** PostgreSQL's name: `Seq Scan`. */
  type: v.string(),
  /** What it does, in words, with the names in it. */
  words: v.string(),
  /** Conditions and keys, as the server prints them: they hold values of the SQL. */
  conditions: v.array(v.string()),
  /** Rows that the planner expects it to give. */
  rows: v.number(),
  /** Cost of this step alone, in the planner's units. */
  cost: v.number(),
  /** Its part of the cost of the whole plan, 0 to 1. */
  share: v.number(),
  /** It reads a whole table, and that is much of the work. */
  heavyScan: v.boolean(),
});
export type PlanStep = v.InferOutput<typeof PlanStep>;

/** As `EXPLAIN (FORMAT JSON)` prints a node (PostgreSQL 15 to 18); what is not named here is not shown. */
const RawNode = v.object({
  'Node Type': v.string(),
  Operation: v.optional(v.string()),
  Schema: v.optional(v.string()),
  'Relation Name': v.optional(v.string()),
  'Index Name': v.optional(v.string()),
  'Function Name': v.optional(v.string()),
  'CTE Name': v.optional(v.string()),
  'Plan Rows': v.optional(v.number(), 0),
  'Total Cost': v.optional(v.number(), 0),
  Filter: v.optional(v.string()),
  'Index Cond': v.optional(v.string()),
  'Recheck Cond': v.optional(v.string()),
  'Hash Cond': v.optional(v.string()),
  'Merge Cond': v.optional(v.string()),
  'Join Filter': v.optional(v.string()),
  'Sort Key': v.optional(v.array(v.string())),
  'Group Key': v.optional(v.array(v.string())),
  Plans: v.optional(v.array(v.unknown()), []),
});
type RawNode = v.InferOutput<typeof RawNode>;
const RawPlan = v.pipe(v.array(v.object({ Plan: v.unknown() })), v.minLength(1));

/** Steps that are shown of one plan; partitioned tables have thousands. */
const mostSteps = 200;
/** A scan of a whole table counts as heavy from this cost on (some 100,000 rows) and this part of the plan. */
const heavy = { cost: 1_000, share: 0.1 };

/** Reads a plan. Null for a text that is not one. */
export function readPlan(text: string): readonly PlanStep[] | null {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    return null;
  }
  const plan = v.safeParse(RawPlan, raw);
  const top = plan.success ? v.safeParse(RawNode, plan.output[0]?.Plan) : null;
  if (!top?.success) return null;
  const total = Math.max(top.output['Total Cost'], Number.MIN_VALUE);
  const steps: PlanStep[] = [];
  // A stack of our own: a hostile plan must not exhaust the engine's.
  const open: { node: RawNode; depth: number }[] = [{ node: top.output, depth: 0 }];
  for (let next = open.pop(); next && steps.length < mostSteps; next = open.pop()) {
    const { node, depth } = next;
    const below = node.Plans.flatMap((one) => {
      const parsed = v.safeParse(RawNode, one);
      return parsed.success ? [parsed.output] : [];
    });
    steps.push(stepOf(node, depth, below, total));
    for (const one of below.toReversed()) open.push({ node: one, depth: depth + 1 });
  }
  return steps;
}

function stepOf(node: RawNode, depth: number, below: readonly RawNode[], total: number): PlanStep {
  const type = node['Node Type'];
  const cost = Math.max(0, node['Total Cost'] - below.reduce((sum, one) => sum + one['Total Cost'], 0));
  const share = Math.min(1, cost / total);
  return {
    depth,
    type,
    words: wordsOf(node),
    conditions: conditionsOf(node),
    rows: node['Plan Rows'],
    cost,
    share,
    heavyScan: type === 'Seq Scan' && cost >= heavy.cost && share >= heavy.share,
  };
}

const changes: Readonly<Record<string, string>> = {
  Insert: 'Inserts into',
  Update: 'Updates',
  Delete: 'Deletes from',
  Merge: 'Merges into',
};

const plain: Readonly<Record<string, string>> = {
  'Nested Loop': 'Looks the other side up for each row',
  'Hash Join': 'Joins by a hash table',
  'Merge Join': 'Joins two sorted inputs',
  Hash: 'Builds a hash table',
  Sort: 'Sorts',
  'Incremental Sort': 'Sorts what is partly sorted',
  Aggregate: 'Groups or counts',
  WindowAgg: 'Computes over windows of rows',
  Unique: 'Removes repeated rows',
  Limit: 'Stops after some rows',
  Result: 'Computes values',
  ProjectSet: 'Computes sets of values',
  Append: 'Takes one part after the other',
  'Merge Append': 'Merges sorted parts',
  Gather: 'Collects from parallel workers',
  'Gather Merge': 'Collects sorted rows from parallel workers',
  Materialize: 'Keeps rows for later',
  Memoize: 'Remembers what it has looked up',
  LockRows: 'Locks the rows',
  'Values Scan': 'Reads the listed values',
  'Subquery Scan': 'Reads an inner query',
  SetOp: 'Compares two sets of rows',
};

function wordsOf(node: RawNode): string {
  const type = node['Node Type'];
  const table = tableOf(node);
  const index = node['Index Name'] ?? 'an index';
  switch (type) {
    case 'ModifyTable':
      return `${changes[node.Operation ?? ''] ?? 'Changes'} ${table}`;
    case 'Seq Scan':
      return `Reads all of ${table}`;
    case 'Index Scan':
      return `Looks rows of ${table} up by ${index}`;
    case 'Index Only Scan':
      return `Reads ${index} alone, for ${table}`;
    case 'Bitmap Index Scan':
      return `Searches ${index}`;
    case 'Bitmap Heap Scan':
      return `Fetches the rows of ${table} that an index named`;
    case 'Tid Scan':
      return `Fetches rows of ${table} by their place`;
    case 'CTE Scan':
      return `Reads ${node['CTE Name'] ?? 'a named query'}`;
    case 'Function Scan':
      return `Calls ${node['Function Name'] ?? 'a function'}`;
    default:
      return plain[type] ?? (node['Relation Name'] === undefined ? type : `${type} of ${table}`);
  }
}

function tableOf({ Schema: schema, 'Relation Name': name }: RawNode): string {
  if (name === undefined) return 'a table';
  return schema === undefined ? name : `${schema}.${name}`;
}

function conditionsOf(node: RawNode): string[] {
  const keys = (label: string, list: readonly string[] | undefined): string[] =>
    list === undefined ? [] : [`${label} ${list.join(', ')}`];
  const where = [
    node['Index Cond'] ?? node['Recheck Cond'],
    node['Hash Cond'] ?? node['Merge Cond'],
    node['Join Filter'],
    node.Filter,
  ];
  return [
    ...where.filter((one) => one !== undefined),
    ...keys('by', node['Sort Key']),
    ...keys('for each', node['Group Key']),
  ];
}
