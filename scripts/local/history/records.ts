import { type DraftContent, emptyContent } from '#core/change/content';
import type { AttemptState } from '#core/change/state';
import type { Host } from '../../../host/create-host';
import type { Chronicle } from './chronicle';
import { isoTime } from './calendar';
import type { Content, Story } from './telling';
import { connectionOf } from './texts';

type Store = Host['platform']['kvs'];

/**
 * Puts a chronicle into the app's key-value store, in the records that the app's own adapters write (src/forge/kvs-*):
 * head with state, events, revisions, dispatch records, draft, and the issue's key. No order and no receipt: there were
 * none. No mark for the sweep either: Jira shows everything already.
 */
export function storeChronicle(
  store: Store,
  issue: { readonly id: string; readonly key: string },
  story: Story,
  { events, head, state, revisions, attempts }: Chronicle,
): void {
  const put = (space: string, key: string, value: unknown): void => {
    store.put(space, key, JSON.stringify(value), undefined);
  };
  put('kv', `key:${issue.key}`, issue.id);
  put('entity/draft', issue.id, draft(story));
  for (const event of events) put('kv', `event:${issue.id}:${event.seq}`, event);
  for (const revision of revisions) put('kv', `revision:${issue.id}:${revision.revision}`, revision);
  for (const attempt of attempts) {
    put('entity/execution', `${issue.id}:${attempt.revision}:${attempt.kind}`, execution(issue, attempt));
  }
  if (head.seq > 0) put('entity/change', issue.id, { ...head, state, writer: 'history' });
}

function draft({ author, createdAt, content, steps }: Story) {
  const editors = steps.flatMap(({ deed }) => (deed.type === 'submit' ? deed.editors : []));
  return {
    version: 1,
    content: draftContent(content),
    savedAt: isoTime(createdAt),
    savedBy: author,
    editors: [...new Set([author, ...editors])],
  };
}

function draftContent({ environment, sql, rollback, reason }: Content): DraftContent {
  return { ...emptyContent, connection: connectionOf[environment], sql, rollback, reason };
}

function execution(issue: { readonly id: string; readonly key: string }, attempt: AttemptState) {
  return {
    issueId: issue.id,
    issueKey: issue.key,
    revision: attempt.revision,
    kind: attempt.kind,
    jti: attempt.jti,
    try: attempt.try,
    phase: 'final',
    note: '',
    updatedAt: attempt.outcome?.finishedAt ?? attempt.requestedAt,
    open: false,
  };
}
