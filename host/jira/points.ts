/** POST endpoints that only read; Jira charges them like GET ⚠. */
const READS =
  /\/(search\/jql|search\/approximate-count|jql\/(match|parse)|issue\/bulkfetch|changelog\/bulkfetch|changelog\/list|comment\/list|permissions\/check|workflows|workflowscheme\/read|expression\/(evaluate|analyse))$/;
const IDENTITY =
  /\/rest\/api\/3\/(user|users|group|groups|myself|mypermissions|permissions|permissionscheme|role)(\/|$)/;
const LISTS = [
  'values',
  'dashboards',
  'gadgets',
  'issues',
  'comments',
  'histories',
  'transitions',
  'issueChangeLogs',
  'matches',
  'groups',
  'workflows',
  'keys',
];

function objects(body: unknown): number {
  if (Array.isArray(body)) return body.length;
  if (typeof body !== 'object' || body === null) return 1;
  const list = LISTS.map((name) => (body as Record<string, unknown>)[name]).find(Array.isArray);
  return list ? list.length : 1;
}

/**
 * Points of one call by Jira's published cost model: a read costs 1 and 1 per object it returns (2 for identity and
 * permission objects; a count is one object), a write costs 1. https://developer.atlassian.com/cloud/jira/platform/rate-limiting/ ⚠
 */
export async function pointsOf(method: string, path: string, response: Response): Promise<number> {
  if (method !== 'GET' && !READS.test(path)) return 1;
  if (!response.ok || !response.headers.get('content-type')?.includes('json')) return 1;
  return 1 + objects(await response.json()) * (IDENTITY.test(path) ? 2 : 1);
}
