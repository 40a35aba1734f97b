/** Asks the real bridge for everything that the host models, and writes the answers down. */
import { events, invoke, realtime, requestJira, router, showFlag, view } from '@forge/bridge';

async function outcome(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return (await work()) ?? null;
  } catch (error) {
    return `refused: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function hear(
  start: (heard: (value: unknown) => void) => Promise<unknown>,
  then: () => Promise<unknown>,
): Promise<unknown> {
  let heard: ((value: unknown) => void) | undefined;
  const value = new Promise((resolve) => {
    heard = resolve;
  });
  await start((said) => heard?.(said));
  await then();
  return await value;
}

async function run(): Promise<Record<string, unknown>> {
  const context = await view.getContext();
  await view.theme.enable();
  const history = await view.createHistory();
  return {
    account: context.accountId,
    issue: context.extension['issue'],
    theme: context.theme,
    colorMode: document.documentElement.dataset['colorMode'],
    echo: await outcome(async () => await invoke('echo', { n: 1, accountId: 'mallory' })),
    thrown: await outcome(async () => await invoke('throw')),
    jira: await outcome(async () => await (await requestJira('/rest/api/3/myself')).json()),
    missing: await outcome(async () => (await requestJira('/rest/api/3/nothing')).status),
    elsewhere: await outcome(async () => await requestJira('/__host/session')),
    event: await hear(
      async (heard) => await events.on('ping', heard),
      async () => await events.emit('ping', { hello: 'event' }),
    ),
    realtime: await hear(
      async (heard) => await realtime.subscribe('news', heard),
      async () => await invoke('publish', { channel: 'news' }),
    ),
    published: await hear(
      async (heard) => await realtime.subscribeGlobal('all', heard),
      async () => await realtime.publishGlobal('all', { from: 'frame' }),
    ),
    history: await hear(
      async (heard) => history.listen((location: { pathname: string }) => heard(location.pathname)),
      async () => history.push('/inner?x=1'),
    ),
    flag: await hear(
      async (heard) => {
        showFlag({ id: 'f', title: 'Hello', actions: [{ text: 'Click', onClick: () => heard('clicked') }] });
      },
      async () => undefined,
    ),
    submit: await outcome(async () => await view.submit({ done: true })),
    unmodelled: await outcome(async () => await router.open('https://example.com/')),
  };
}

const write = (value: unknown): void => {
  const target = document.querySelector('#result');
  if (target !== null) target.textContent = JSON.stringify(value);
};

run().then(write, (error: unknown) => write({ failed: String(error) }));
