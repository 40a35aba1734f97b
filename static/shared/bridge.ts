import { invoke, requestJira, router, view } from '@forge/bridge';
import { realtime } from '@forge/bridge/realtime';
import * as v from 'valibot';
import { ChangeSignal } from '#core/panel/signal';
import {
  panelCalls,
  panelErrorCodes,
  type PanelCallName,
  type PanelPayload,
  type PanelValue,
  type Reply,
} from '#core/panel/contract';

const ErrorReply = v.object({
  ok: v.literal(false),
  error: v.object({
    code: v.picklist(panelErrorCodes),
    message: v.string(),
    details: v.optional(v.unknown()),
  }),
});
const OkReply = v.object({ ok: v.literal(true), value: v.unknown() });

/** Calls the panel's resolver, as {@link ask} does. */
export async function call<N extends PanelCallName>(
  name: N,
  payload: PanelPayload<N>,
): Promise<Reply<PanelValue<N>>> {
  return ask(name, payload, panelCalls[name].value as v.GenericSchema<unknown, PanelValue<N>>);
}

/**
 * Calls the resolver of this page and parses its answer. Never rejects: what goes wrong on the way is an error reply with
 * words for the person.
 */
export async function ask<T>(
  name: string,
  payload: object,
  schema: v.GenericSchema<unknown, T>,
): Promise<Reply<T>> {
  let raw: unknown;
  try {
    raw = await invoke<unknown>(name, payload as Parameters<typeof invoke>[1]);
  } catch {
    return failure('The app did not answer. Check your connection and try again.');
  }
  const refused = v.safeParse(ErrorReply, raw);
  if (refused.success) return refused.output;
  const accepted = v.safeParse(OkReply, raw);
  if (!accepted.success)
    return failure('The app gave an answer that this page cannot read. Reload the page.');
  const value = v.safeParse(schema, accepted.output.value);
  if (!value.success) return failure('The app gave an answer that this page cannot read. Reload the page.');
  return { ok: true, value: value.output };
}

function failure(message: string): Reply<never> {
  return { ok: false, error: { code: 'internal', message } };
}

const Users = v.object({
  values: v.array(v.object({ accountId: v.string(), displayName: v.optional(v.string(), '') })),
});

/** Display names of people, asked of Jira as the viewer. People that Jira does not name are missing from the map. */
export async function fetchNames(accountIds: readonly string[]): Promise<Map<string, string>> {
  const query = accountIds.map((id) => `accountId=${encodeURIComponent(id)}`).join('&');
  const response = await requestJira(`/rest/api/3/user/bulk?maxResults=${accountIds.length}&${query}`, {
    headers: { Accept: 'application/json' },
  });
  if (!response.ok) return new Map();
  const users = v.safeParse(Users, await response.json());
  if (!users.success) return new Map();
  return new Map(
    users.output.values
      .filter((user) => user.displayName !== '')
      .map((user) => [user.accountId, user.displayName]),
  );
}

/**
 * Asks Jira for its theme: the platform then sets the design tokens as CSS variables on this page, light or dark, and
 * follows later changes. The panel is drawn after that, or after a second without an answer.
 */
export async function enableTheme(): Promise<void> {
  const late = new Promise<void>((resolve) => setTimeout(resolve, 1_000));
  await Promise.race([view.theme.enable().catch(() => undefined), late]);
}

/**
 * Listens on a realtime channel. A signal carries no content, only a reason to fetch. Where realtime is missing,
 * polling and focus keep the panel fresh, so a failure to subscribe is no error.
 * @returns a function that stops listening
 */
export function onSignal(channel: string, listener: (signal: ChangeSignal) => void): () => void {
  let stopped = false;
  const subscription = realtime
    .subscribeGlobal(channel, (payload) => {
      const signal = v.safeParse(ChangeSignal, typeof payload === 'string' ? json(payload) : payload);
      if (signal.success && !stopped) listener(signal.output);
    })
    .catch(() => undefined);
  return () => {
    stopped = true;
    void subscription.then((open) => open?.unsubscribe()).catch(() => undefined);
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Goes to an issue of this site, in place of this one. */
export async function goToIssue(issueKey: string): Promise<void> {
  await router.navigate(`/browse/${issueKey}`).catch(() => undefined);
}

/** Opens an address outside Jira in a new tab; Jira may ask the person first. False when it was not opened. */
export async function openAddress(url: string): Promise<boolean> {
  try {
    await router.open(url);
    return true;
  } catch {
    return false;
  }
}
