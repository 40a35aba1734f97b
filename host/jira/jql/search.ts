import { permissionTest } from '../access';
import type { IssueRecord } from '../entities';
import { searchableIssues } from '../issue-changes';
import type { Jira } from '../store';
import type { Matcher } from './field';
import { compile, jqlContext } from './evaluate';
import { ordering } from './ordering';
import { parseBounded, parseJql, type ParsedJql } from './parse';

function matching(
  jira: Jira,
  viewer: string | undefined,
  parsed: ParsedJql,
  reconcile: readonly string[] = [],
): IssueRecord[] {
  const matcher = matcherOf(jira, viewer, parsed);
  const browses = permissionTest(jira, viewer, 'BROWSE_PROJECTS');
  return searchableIssues(jira, new Set(reconcile)).filter((issue) => browses(issue) && matcher(issue));
}

/**
 * Issues that match a query and that the viewer may browse, in the query's order; with `first`, no more than so many.
 * @throws JiraError 400
 */
export function searchIssues(
  jira: Jira,
  viewer: string | undefined,
  jql: string,
  options: { reconcile?: readonly string[]; bounded?: boolean; first?: number } = {},
): IssueRecord[] {
  const parsed = options.bounded === false ? parseJql(jql) : parseBounded(jql);
  const inOrder = ordering(jira, parsed.orderBy);
  return inOrder(matching(jira, viewer, parsed, options.reconcile), options.first);
}

/** How many issues match a query and may be browsed by the viewer. @throws JiraError 400 */
export function countIssues(jira: Jira, viewer: string | undefined, jql: string): number {
  const parsed = parseBounded(jql);
  ordering(jira, parsed.orderBy);
  return matching(jira, viewer, parsed).length;
}

/** Compiles a query for a viewer; `filters` are the saved filters it belongs to. @throws JiraError 400 */
export function matcherOf(
  jira: Jira,
  viewer: string | undefined,
  parsed: ParsedJql,
  filters: readonly string[] = [],
): Matcher {
  return parsed.where ? compile(jqlContext(jira, viewer, filters), parsed.where) : () => true;
}
