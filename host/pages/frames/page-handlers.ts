import type { BridgeHandlers } from '../../forge/bridge/host-side';
import * as v from 'valibot';
import { navigate } from '../routing';
import type { useFlags } from '../shell/flags';
import type { useAsk } from '../shell/questions';
import { askRemotes } from './ask-remotes';
import { Callback, modalRequest, type ModalRequest } from './frame-modal';

const Target = v.looseObject({
  url: v.optional(v.string()),
  target: v.optional(v.string()),
  issueKey: v.optional(v.string()),
  projectKey: v.optional(v.string()),
});

const RemoteSet = v.looseObject({
  remotes: v.pipe(
    v.array(
      v.looseObject({ key: v.string(), configured: v.looseObject({ endpoint: v.nullable(v.string()) }) }),
    ),
    v.minLength(1),
  ),
});
const Id = v.pipe(v.union([v.string(), v.number()]), v.transform(String));
const Flag = v.looseObject({
  id: Id,
  title: v.optional(v.string(), ''),
  type: v.optional(v.string()),
  description: v.optional(v.string()),
  isAutoDismiss: v.optional(v.boolean()),
  actions: v.optional(v.array(v.looseObject({ text: v.string(), onClick: Callback })), []),
});

const kindOf = (type: string | undefined) =>
  type === 'success' || type === 'warning' || type === 'error' ? type : 'info';

/** The address of what a frame names: a URL, an issue or a project. */
function addressOf(data: unknown): URL {
  const { url, target, issueKey, projectKey } = v.parse(Target, data);
  if (url !== undefined) return new URL(url, window.location.origin);
  if (target === 'issue' && issueKey !== undefined)
    return new URL(`/browse/${issueKey}`, window.location.origin);
  if (target === 'project' && projectKey !== undefined) {
    return new URL(`/projects/${projectKey}`, window.location.origin);
  }
  throw new Error(`Navigation to ${target ?? 'nothing'} is not modelled`);
}

function goTo(data: unknown, type: 'same-tab' | 'new-tab'): boolean {
  const address = addressOf(data);
  if (!['http:', 'https:'].includes(address.protocol))
    throw new Error(`${address.protocol} addresses are refused`);
  if (type === 'new-tab') window.open(address.href, '_blank', 'noopener');
  else if (address.origin === window.location.origin) navigate(address.pathname + address.search);
  else window.location.assign(address.href);
  return true;
}

function showFlag(flags: ReturnType<typeof useFlags>, data: unknown): boolean {
  const flag = v.parse(Flag, data);
  flags.show({
    id: flag.id,
    kind: kindOf(flag.type),
    title: flag.title,
    description: flag.description,
    autoDismiss: flag.isAutoDismiss,
    actions: flag.actions.map(({ text, onClick }) => ({ text, onClick: () => void onClick() })),
  });
  return true;
}

/** What the page does for a frame that asks over the bridge. */
export function pageHandlers(page: {
  readonly flags: ReturnType<typeof useFlags>;
  readonly openModal: (request: ModalRequest) => void;
  readonly refresh: () => void;
  readonly close: (payload: unknown) => void;
  /** What takes a submission here, if it is more than closing. */
  readonly submit?: () => ((payload: unknown) => Promise<void>) | undefined;
  readonly ask: ReturnType<typeof useAsk>;
  /** Name of the app, for what it asks of administrators. */
  readonly app: string;
}): BridgeHandlers {
  const closing = new Set<() => unknown>();
  const close = (payload: unknown): boolean => {
    for (const callback of closing) void callback();
    page.close(payload);
    return true;
  };
  return {
    __permission__remoteSet: async (call) => await askRemotes(page.ask, page.app, v.parse(RemoteSet, call)),
    submit: async (payload) => {
      const submit = page.submit?.();
      if (submit === undefined) return close(payload);
      await submit(payload);
      return true;
    },
    close,
    onClose: (callback) => {
      closing.add(callback);
      return true;
    },
    refresh: () => {
      page.refresh();
      return true;
    },
    reload: () => window.location.reload(),
    openModal: (request) => {
      page.openModal(modalRequest(request));
      return true;
    },
    showFlag: (flag) => showFlag(page.flags, flag),
    closeFlag: ({ id }) => {
      page.flags.close(v.parse(Id, id));
      return true;
    },
    navigate: (target) => goTo(target, target.type),
    getUrl: (location) => addressOf(location).href,
    changeWindowTitle: (title) => {
      document.title = title;
    },
  };
}
