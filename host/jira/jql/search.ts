import type { OrderByField } from '@atlaskit/jql-ast';
import { canOnIssue } from '../access';
import type { IssueRecord } from '../entities';
import { badRequest } from '../errors';
import { searchableIssues } from '../issue-changes';
import { byId, type Jira } from '../store';
import type { Matcher } from './field';
import { compile, jqlContext } from './evaluate';
import { resolveField } from './fields';
import { parseBounded, parseJql, type ParsedJql } from './parse';

type Order = (a: IssueRecord, b: IssueRecord) => number;

function ordering(jira: Jira, fields: readonly OrderByField[]): Order {
  const orders = fields.map((node): Order => {
    const field = resolveField(jira, node.field);
    if (field.sortable === false || field.name === 'text' || field.name === 'comment') {
      throw badRequest(`Field '${field.name}' does not support sorting.`);
    }
    const choiceName = (id: string): string =>
      (byId(jira.state.statuses, id) ?? byId(jira.state.issueTypes, id) ?? byId(jira.state.resolutions, id))
        ?.name ?? id;
    const key = (issue: IssueRecord): string | number | undefined => {
      if (field.sortKey) return field.sortKey(issue);
      const value = field.values(issue)[0];
      if (field.kind === 'user') return jira.state.users.find((u) => u.accountId === value)?.displayName;
      return field.kind === 'choice' && typeof value === 'string' ? choiceName(value) : value;
    };
    const sign = (node.direction?.value ?? 'ASC').toUpperCase() === 'DESC' ? -1 : 1;
    return (a, b) => sign * compareKeys(key(a), key(b));
  });
  return (a, b) => {
    for (const order of orders) {
      const result = order(a, b);
      if (result !== 0) return result;
    }
    return Number(b.id) - Number(a.id);
  };
}

function compareKeys(a: string | number | undefined, b: string | number | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  if (b === undefined) return -1;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b));
}

/** Issues that match a query and that the viewer may browse, in the query's order. @throws JiraError 400 */
export function searchIssues(
  jira: Jira,
  viewer: string | undefined,
  jql: string,
  options: { reconcile?: readonly string[]; bounded?: boolean } = {},
): IssueRecord[] {
  const parsed = options.bounded === false ? parseJql(jql) : parseBounded(jql);
  const matcher = matcherOf(jira, viewer, parsed);
  const order = ordering(jira, parsed.orderBy);
  return searchableIssues(jira, new Set(options.reconcile))
    .filter((issue) => canOnIssue(jira, viewer, 'BROWSE_PROJECTS', issue) && matcher(issue))
    .sort(order);
}

/** Compiles a query for a viewer. @throws JiraError 400 */
export function matcherOf(jira: Jira, viewer: string | undefined, parsed: ParsedJql): Matcher {
  return parsed.where ? compile(jqlContext(jira, viewer), parsed.where) : () => true;
}
