/**
 * The first script of every Custom UI page: gives `@forge/bridge` its `__bridge.callBridge` and lets the page around
 * the frame set the theme. Stands where Atlassian's CDN script stands; bundled to one classic script.
 */
import { openPortRpc } from './port-rpc';

const THEME = 'dark:dark light:light spacing:spacing typography:typography shape:shape';

/** Sets what Atlaskit's tokens look at, and links their stylesheet from the frame's own origin. */
function setTheme(colorMode: unknown): void {
  const root = document.documentElement;
  root.dataset['theme'] = THEME;
  root.dataset['colorMode'] = colorMode === 'dark' ? 'dark' : 'light';
  if (document.querySelector('link[data-bridge-tokens]') !== null) return;
  const link = document.createElement('link');
  link.rel = 'stylesheet';
  link.href = '/__host/tokens.css';
  link.dataset['bridgeTokens'] = '';
  document.head.prepend(link);
}

const channel = new MessageChannel();
const page = openPortRpc(channel.port1, { setTheme });
// The page checks who speaks (window and origin); the port is of no use to anybody else.
window.parent.postMessage({ forgeBridge: 'hello' }, '*', [channel.port2]);

Object.assign(globalThis, {
  __bridge: {
    callBridge: async (command: string, data?: unknown) => await page.call('callBridge', command, data),
  },
});

/** An error that nobody caught: the page around the frame says it, or nobody would see it. */
function reportProblem(thrown: unknown): void {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  void page.call('problem', text).catch(() => undefined);
}
globalThis.addEventListener('error', ({ error, message }) => reportProblem(error ?? message));
globalThis.addEventListener('unhandledrejection', ({ reason }) => reportProblem(reason));

/** Frames grow with their content, as the resizer script of Jira makes them. */
function reportHeight(): void {
  const height = document.body.getBoundingClientRect().height;
  void page.call('resize', Math.ceil(height)).catch(() => undefined);
}

document.addEventListener('DOMContentLoaded', () => {
  new ResizeObserver(reportHeight).observe(document.body);
  reportHeight();
});
