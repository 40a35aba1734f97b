import type { IssueRecord, SiteState } from './entities';
import type { FilterRecord } from './entities-sharing';
import { systemDashboard } from './seed-defaults';

/** A copy of plain JSON; for many small records this is several times faster than structuredClone. */
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** Copies of issues as they were last saved; whoever changes an issue forgets its copy. */
const saved = new WeakMap<IssueRecord, IssueRecord>();

/** Says that the saved copy of an issue is out of date. */
export const forgetSaved = (issue: IssueRecord): void => void saved.delete(issue);

function savedIssue(issue: IssueRecord): IssueRecord {
  const known = saved.get(issue);
  if (known) return known;
  const made = copy(issue);
  saved.set(issue, made);
  return made;
}

/**
 * The state as it is now, as plain JSON that later changes do not reach. Issues that did not change since the last
 * time are shared with the last result, so nobody may change it.
 */
export function savedState(state: SiteState): SiteState {
  const { issues, ...others } = state;
  return { ...copy(others), issues: issues.map(savedIssue) };
}

/** A snapshot, which an earlier version may have written: one without dashboards and editors of filters. */
type AnySnapshot = Omit<SiteState, 'dashboards' | 'filters'> & {
  dashboards?: SiteState['dashboards'];
  filters: (Omit<FilterRecord, 'editors'> & Partial<Pick<FilterRecord, 'editors'>>)[];
};

/** The state of a snapshot, as a copy. Throws for anything else. */
export function restoredState(snapshot: unknown): SiteState {
  if (
    typeof snapshot !== 'object' ||
    snapshot === null ||
    !('projects' in snapshot) ||
    !('counters' in snapshot)
  )
    throw new Error('host/jira: this is not a snapshot of a site');
  const state = copy(snapshot) as AnySnapshot;
  return {
    ...state,
    dashboards: state.dashboards ?? [systemDashboard()],
    filters: state.filters.map((filter) => ({ ...filter, editors: filter.editors ?? [] })),
  };
}
