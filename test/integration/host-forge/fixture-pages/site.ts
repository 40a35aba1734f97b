/** The least page that can hold a frame: what the pages of the site do around `attachBridge`. */
import { attachBridge } from '../../../../host/forge/bridge/host-side';
import type { IssueModule, SessionReply } from '../../../../host/forge/bridge/host-protocol';

const read = async <T>(path: string): Promise<T> => (await (await fetch(path)).json()) as T;

async function show(): Promise<void> {
  const session = await read<SessionReply>('/__host/session');
  const { modules } = await read<{ modules: IssueModule[] }>('/__host/issues/7/modules');
  const module = modules.find(({ key }) => key === 'fixture-panel');
  if (module === undefined) throw new Error('No panel');
  const frame = document.createElement('iframe');
  frame.setAttribute('sandbox', session.sandbox);
  const bridge = attachBridge(frame, {
    moduleKey: module.key,
    place: { issue: '7' },
    frameOrigin: session.panelOrigin,
    colorMode: () => 'dark',
    handlers: {
      showFlag: (flag) => flag.actions?.[0]?.onClick(),
      submit: (payload) => {
        document.title = JSON.stringify(payload);
      },
    },
    onResize: (height) => {
      frame.style.height = `${height}px`;
    },
  });
  frame.src = module.src;
  document.body.append(frame);
  Object.assign(globalThis, { toLight: () => bridge.setColorMode('light') });
}

void show();
