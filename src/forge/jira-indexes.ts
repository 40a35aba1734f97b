import * as v from 'valibot';
import { indexPropertyKey } from '#core/property/index-words';
import { jiraMust, route } from './jira-request';

const SearchReply = v.object({
  issues: v.array(
    v.object({ id: v.string(), properties: v.optional(v.record(v.string(), v.unknown()), {}) }),
  ),
});

/** The index properties that Jira shows now, by issue id; an issue without one has none in the map. One call. */
export async function readIndexes(issueIds: readonly string[]): Promise<ReadonlyMap<string, unknown>> {
  const body = {
    jql: `issue in (${issueIds.map(Number).join(', ')})`,
    fields: ['id'],
    properties: [indexPropertyKey],
    maxResults: issueIds.length,
    // The search index lags: these issues are read as they are now. Jira allows 50.
    reconcileIssues: issueIds.map(Number),
  };
  const path = route`/rest/api/3/search/jql`;
  const { issues } = await jiraMust({ as: 'app', method: 'POST', path, body }, SearchReply);
  return new Map(issues.map(({ id, properties }): [string, unknown] => [id, properties[indexPropertyKey]]));
}
