import type { OrderByField } from '@atlaskit/jql-ast';
import type { IssueRecord } from '../entities';
import { badRequest } from '../errors';
import { byId, type Jira } from '../store';
import { resolveField } from './fields';

type Key = string | number | undefined;
type Compare = (a: Key, b: Key) => number;

/** An issue with what it is sorted by, read once. */
interface Entry {
  readonly issue: IssueRecord;
  readonly id: number;
  readonly keys: readonly Key[];
}

/** Up to so many, the first ones are picked; beyond, everything is sorted. */
const FEW = 64;

const textOrder = new Intl.Collator();

function compareKeys(a: Key, b: Key): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return textOrder.compare(String(a), String(b));
}

const descending: Compare = (a, b) => -compareKeys(a, b);

/** How one field sorts. @throws JiraError 400 for fields that do not */
function keyOf(jira: Jira, node: OrderByField): (issue: IssueRecord) => Key {
  const field = resolveField(jira, node.field);
  if (field.sortable === false || field.name === 'text' || field.name === 'comment') {
    throw badRequest(`Field '${field.name}' does not support sorting.`);
  }
  if (field.sortKey) return (issue) => field.sortKey?.(issue);
  const { state } = jira;
  const name = (id: string): string =>
    (byId(state.statuses, id) ?? byId(state.issueTypes, id) ?? byId(state.resolutions, id))?.name ?? id;
  return (issue) => {
    const value = field.values(issue)[0];
    if (field.kind === 'user') return state.users.find((u) => u.accountId === value)?.displayName;
    return field.kind === 'choice' && typeof value === 'string' ? name(value) : value;
  };
}

/**
 * The order of a query: sorts issues, newest first where the fields say nothing, and returns all or the first ones.
 * @throws JiraError 400 for fields that do not sort
 */
export function ordering(
  jira: Jira,
  fields: readonly OrderByField[],
): (issues: readonly IssueRecord[], first?: number) => IssueRecord[] {
  const keys = fields.map((node) => keyOf(jira, node));
  const compares = fields.map((node) =>
    node.direction?.value.toUpperCase() === 'DESC' ? descending : compareKeys,
  );
  const entryOf = (issue: IssueRecord): Entry => ({
    issue,
    id: Number(issue.id),
    keys: keys.map((key) => key(issue)),
  });
  const compare = (a: Entry, b: Entry): number => {
    for (const [at, by] of compares.entries()) {
      const result = by(a.keys[at], b.keys[at]);
      if (result !== 0) return result;
    }
    return b.id - a.id;
  };

  /** The first ones, without sorting the others; most are behind the last one picked by their first key already. */
  function pick(issues: readonly IssueRecord[], count: number): Entry[] {
    const best: Entry[] = [];
    const [firstKey, firstCompare] = [keys[0], compares[0]];
    for (const issue of issues) {
      const last = best.length === count ? best.at(-1) : undefined;
      if (last && firstKey && firstCompare && firstCompare(firstKey(issue), last.keys[0]) > 0) continue;
      const entry = entryOf(issue);
      if (last && compare(entry, last) >= 0) continue;
      let at = best.length;
      for (let before = best[at - 1]; before && compare(entry, before) < 0; before = best[at - 1]) at -= 1;
      best.splice(at, 0, entry);
      if (best.length > count) best.pop();
    }
    return best;
  }

  return (issues, first = issues.length) => {
    const sorted = first <= FEW ? pick(issues, first) : issues.map(entryOf).sort(compare).slice(0, first);
    return sorted.map((entry) => entry.issue);
  };
}
