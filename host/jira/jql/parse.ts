import { createRequire } from 'node:module';
import type * as JqlAst from '@atlaskit/jql-ast';
import { badRequest, JiraError } from '../errors';

// The package's ESM build is not loadable by Node (extensionless imports), so the CommonJS one is required.
const { JastBuilder } = createRequire(import.meta.url)('@atlaskit/jql-ast') as typeof JqlAst;

/** A parsed query: what it filters by and how it sorts. */
export interface ParsedJql {
  readonly where: JqlAst.Clause | undefined;
  readonly orderBy: readonly JqlAst.OrderByField[];
}

/** Jira's text for a query without a restriction. */
const UNBOUNDED =
  'Unbounded JQL queries are not allowed here. Please add a search restriction to your query.';

/** Queries that were parsed lately: dashboards ask the same ones again and again, and the parser is slow. */
const recent = new Map<string, { errors: readonly string[]; query: ParsedJql }>();
const KEPT = 500;

function parse(jql: string): { errors: readonly string[]; query: ParsedJql } {
  const known = recent.get(jql);
  if (known) return known;
  const { errors, query } = new JastBuilder().build(jql);
  const result = {
    errors: errors.map(errorText),
    query: { where: query?.where ?? undefined, orderBy: query?.orderBy?.fields ?? [] },
  };
  if (recent.size >= KEPT) recent.clear();
  recent.set(jql, result);
  return result;
}

function errorText(error: JqlAst.Jast['errors'][number]): string {
  const position =
    'charPositionInLine' in error ? ` (line 1, character ${Number(error.charPositionInLine) + 1})` : '';
  const what = error.message.replace(
    /^mismatched input '<EOF>' expecting .*/,
    'Expecting either a value, list or function before the end of the query.',
  );
  return `Error in the JQL Query: ${what}${position}.`;
}

/** Syntax errors of a query in words like Jira's ⚠ (the parser is Atlassian's, its texts differ a little). */
export const syntaxErrors = (jql: string): string[] => [...parse(jql).errors];

/** Parses JQL. @throws JiraError 400 */
export function parseJql(jql: string): ParsedJql {
  if (jql.trim() === '') return { where: undefined, orderBy: [] };
  const { errors, query } = parse(jql);
  if (errors.length > 0) throw new JiraError(400, errors);
  return query;
}

/** Parses JQL that must restrict the search. @throws JiraError 400 */
export function parseBounded(jql: string): ParsedJql {
  const parsed = parseJql(jql);
  if (!parsed.where) throw badRequest(UNBOUNDED);
  return parsed;
}
