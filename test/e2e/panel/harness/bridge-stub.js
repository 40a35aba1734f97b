/* oxlint-disable no-underscore-dangle -- the names are the platform's */
/*
 * Plays the platform's bridge in the panel's frame. Production injects a script of Atlassian's at the same place.
 * Invocations go to the harness by fetch on the page's own origin, which the policy allows.
 */
(() => {
  const session = new URLSearchParams(location.search).get('session');
  const post = async (route, body) => {
    const response = await fetch(`/__host/${route}?session=${session}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    const answer = await response.json();
    if (answer?.thrown !== undefined) throw new Error(answer.thrown);
    return answer;
  };
  const channels = new Map();
  const commands = {
    invoke: ({ functionKey, payload }) => post('invoke', { name: functionKey, payload: payload ?? {} }),
    fetchProduct: async ({ restPath }) => {
      const { status, body } = await post('product', { path: restPath });
      return { status, statusText: '', headers: {}, body: JSON.stringify(body), isAttachment: false };
    },
    enableTheming: () =>
      new Promise((resolve) => {
        const link = document.createElement('link');
        link.rel = 'stylesheet';
        link.href = '/__host/tokens.css';
        link.addEventListener('load', () => resolve());
        document.head.append(link);
        const mode = new URLSearchParams(location.search).get('mode');
        document.documentElement.dataset.colorMode = mode ?? 'light';
        document.documentElement.dataset.theme =
          'light:light dark:dark spacing:spacing typography:typography shape:shape';
      }),
    subscribeRealtimeChannel: async ({ channelName, onEvent }) => {
      channels.set(channelName, onEvent);
      return { unsubscribe: async () => channels.delete(channelName) };
    },
  };
  for (const command of ['navigate', '__permission__remoteGet', '__permission__remoteSet']) {
    commands[command] = (data) => post('bridge', { command, data: data ?? {} });
  }
  globalThis.__bridge = {
    callBridge: async (command, data) => {
      if (!(command in commands)) throw new Error(`not modelled: ${command}`);
      return commands[command](data);
    },
  };
  globalThis.harness = { signal: (channel, payload) => channels.get(channel)?.(payload) };
})();
