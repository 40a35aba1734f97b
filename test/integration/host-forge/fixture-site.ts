import type { JiraSite, Principal, RequestOrigin } from '../../../host/contract';

const nameOf = (principal: Principal): string =>
  principal.kind === 'anonymous' ? 'nobody' : principal.accountId;

/** A Jira that knows who asks and nothing else; `seen` lists what reached it. */
export function createFixtureSite(): {
  site: JiraSite;
  seen: { path: string; origin: RequestOrigin; headers: Headers }[];
} {
  const seen: { path: string; origin: RequestOrigin; headers: Headers }[] = [];
  const site: JiraSite = {
    async fetch(request, origin) {
      const { pathname } = new URL(request.url);
      seen.push({ path: pathname, origin, headers: request.headers });
      if (pathname === '/rest/api/3/myself') return Response.json({ accountId: nameOf(origin.principal) });
      if (pathname === '/rest/api/3/mypermissions') {
        return Response.json({
          permissions: { ADMINISTER: { havePermission: nameOf(origin.principal) === 'root' } },
        });
      }
      const issue = /^\/rest\/api\/3\/issue\/(\w+)$/.exec(pathname)?.[1];
      if (issue !== undefined && origin.principal.kind === 'user') {
        const project = { id: '1', key: 'QC', projectTypeKey: 'software' };
        return Response.json({
          id: issue,
          key: `QC-${issue}`,
          fields: { project, issuetype: { id: '2', name: 'Query Change' } },
        });
      }
      return Response.json({ errorMessages: ['Not here'], errors: {} }, { status: 404 });
    },
    authenticate: (email, token) => (token === 'right' ? { kind: 'user', accountId: email } : undefined),
    install: () => undefined,
    onIssueChanged: () => () => undefined,
    snapshot: () => ({ fixture: true }),
    restore: () => undefined,
  };
  return { site, seen };
}
