import * as v from 'valibot';
import {
  panelCalls,
  type PanelCallName,
  type PanelPayload,
  type PanelValue,
  type Reply,
} from '#core/panel/contract';
import { issueTypeName } from '#core/workflow/definition';
import type { Host } from '../../host/create-host';
import { people, projectKey, type Role } from './seed';
import { restAs } from './set-up-site';

const panelModule = 'query-change-panel';

/** Drives one change as people do, without a browser: REST with their tokens, panel calls with their sessions. */
export interface Journey {
  /** Creates a Query Change as `role`; answers its id and key. */
  create(role: Role, summary: string): Promise<{ id: string; key: string }>;
  /** One panel call; the reply is parsed by the panel's own schema. */
  call<N extends PanelCallName>(
    role: Role,
    issueKey: string,
    name: N,
    payload: PanelPayload<N>,
  ): Promise<Reply<PanelValue<N>>>;
  /** Like `call`, but a refusal is an error. */
  must<N extends PanelCallName>(
    role: Role,
    issueKey: string,
    name: N,
    payload: PanelPayload<N>,
  ): Promise<PanelValue<N>>;
  /** Sends REST as a person and parses the body; refused statuses throw. */
  rest<TSchema extends v.GenericSchema>(
    role: Role,
    method: string,
    path: string,
    schema: TSchema,
    body?: unknown,
  ): Promise<v.InferOutput<TSchema>>;
  /** The Jira status shown to everybody. */
  status(issueKey: string): Promise<string>;
  /** Waits until Jira shows one of `names`; fails with the last status seen when `withinMs` passes. */
  untilStatus(issueKey: string, names: readonly string[], withinMs?: number): Promise<string>;
  property(issueKey: string, key: string): Promise<unknown>;
  /** Issue keys that a query finds, through `search/jql`, for a person. */
  search(role: Role, jql: string): Promise<string[]>;
}

const Status = v.object({ fields: v.object({ status: v.object({ name: v.string() }) }) });
const Found = v.object({ issues: v.array(v.object({ key: v.string() })) });

/** Makes a driver for a running host. */
export function journey(host: Host): Journey {
  const self: Journey = {
    async create(role, summary) {
      const types = await self.rest(
        role,
        'GET',
        '/rest/api/3/issuetype',
        v.array(v.object({ id: v.string(), name: v.string() })),
      );
      const issuetype = { id: types.find(({ name }) => name === issueTypeName)?.id };
      const fields = { project: { key: projectKey }, issuetype, summary };
      return self.rest(role, 'POST', '/rest/api/3/issue', v.object({ id: v.string(), key: v.string() }), {
        fields,
      });
    },
    async call(role, issueKey, name, payload) {
      const answer = await host.resolverInvoke(panelModule, name, payload, people[role].accountId, {
        issueIdOrKey: issueKey,
      });
      return parseReply(name, answer);
    },
    async must(role, issueKey, name, payload) {
      const reply = await self.call(role, issueKey, name, payload);
      if (!reply.ok) throw new Error(`${name} as ${role}: ${reply.error.code}: ${reply.error.message}`);
      return reply.value;
    },
    async rest(role, method, path, schema, body) {
      const response = await restAs(host, people[role].email, method, path, body);
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path} as ${role}: ${response.status} ${text}`);
      return v.parse(schema, text === '' ? undefined : JSON.parse(text));
    },
    async status(issueKey) {
      const issue = await self.rest('auditor', 'GET', `/rest/api/3/issue/${issueKey}?fields=status`, Status);
      return issue.fields.status.name;
    },
    async untilStatus(issueKey, names, withinMs = 20_000) {
      const { id } = await self.rest(
        'auditor',
        'GET',
        `/rest/api/3/issue/${issueKey}?fields=status`,
        v.object({ id: v.string() }),
      );
      return waitFor(
        host,
        id,
        async () => {
          const now = await self.status(issueKey);
          return names.includes(now) ? now : undefined;
        },
        `${issueKey} to become ${names.join(' or ')}`,
        withinMs,
      );
    },
    async property(issueKey, key) {
      const path = `/rest/api/3/issue/${issueKey}/properties/${key}`;
      return (await self.rest('auditor', 'GET', path, v.object({ value: v.unknown() }))).value;
    },
    async search(role, jql) {
      const query = new URLSearchParams({ jql, fields: 'key' }).toString();
      const { issues } = await self.rest(role, 'GET', `/rest/api/3/search/jql?${query}`, Found);
      return issues.map(({ key }) => key);
    },
  };
  return self;
}

function parseReply<N extends PanelCallName>(name: N, answer: unknown): Reply<PanelValue<N>> {
  const Envelope = v.union([
    v.object({ ok: v.literal(true), value: panelCalls[name].value }),
    v.object({
      ok: v.literal(false),
      error: v.object({ code: v.string(), message: v.string(), details: v.optional(v.unknown()) }),
    }),
  ]);
  return v.parse(Envelope, answer) as Reply<PanelValue<N>>;
}

const noop = (): void => undefined;

/** Asks again whenever the issue changes (and now), until `ask` answers or the time is over. No sleeping for luck. */
async function waitFor<T>(
  host: Host,
  issueId: string,
  ask: () => Promise<T | undefined>,
  what: string,
  withinMs: number,
): Promise<T> {
  let wake: () => void = noop;
  const unsubscribe = host.jira.onIssueChanged((changed) => {
    if (changed === issueId) wake();
  });
  const deadline = Date.now() + withinMs;
  try {
    for (;;) {
      const woken = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const answer = await ask();
      if (answer !== undefined) return answer;
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`waited ${withinMs} ms for ${what}`);
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([woken, new Promise<void>((resolve) => (timer = setTimeout(resolve, left)))]);
      clearTimeout(timer);
    }
  } finally {
    unsubscribe();
  }
}
