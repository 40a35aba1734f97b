/** The fixture's page: a button for each thing that the page around a frame has to do. */
import { invoke, Modal, permissions, requestJira, router, showFlag, view } from '@forge/bridge';

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no #${id}`);
  return found;
};
const say = (text: string): void => {
  element('answer').textContent = text;
};

function button(name: string, act: () => unknown): void {
  const made = document.createElement('button');
  made.textContent = name;
  made.addEventListener('click', () => {
    Promise.resolve()
      .then(act)
      .catch((error: unknown) => say(`Failed: ${error instanceof Error ? error.message : String(error)}`));
  });
  element('actions').append(made);
}

interface Extension {
  readonly issue?: { readonly key: string };
  readonly modal?: { readonly note: string };
}

async function start(): Promise<void> {
  await view.theme.enable();
  const context = await view.getContext();
  const extension = context.extension as unknown as Extension;
  const greeting: unknown = await invoke('greet');
  element('who').textContent = typeof greeting === 'string' ? greeting : 'No greeting';
  element('place').textContent = extension.modal
    ? `Modal: ${extension.modal.note}`
    : (extension.issue?.key ?? 'No issue');
  if (extension.modal) {
    button('Finish', () => view.close({ chosen: 42 }));
    return;
  }
  button('Fail', () => invoke('refuse'));
  button('Show flag', () =>
    showFlag({
      id: 'fixture',
      title: 'From the frame',
      type: 'success',
      description: 'A flag of the app',
      actions: [{ text: 'Answer', onClick: () => say('The flag answered') }],
      isAutoDismiss: false,
    }),
  );
  button('Open modal', () =>
    new Modal({
      size: 'small',
      context: { note: 'hello' },
      onClose: (payload?: { chosen: number }) => say(`Chosen ${payload?.chosen ?? 'nothing'}`),
    }).open(),
  );
  button('Rename', async () => {
    const body = JSON.stringify({ fields: { summary: 'Renamed by the frame' } });
    const headers = { 'Content-Type': 'application/json' };
    const answer = await requestJira(`/rest/api/3/issue/${extension.issue?.key ?? ''}`, {
      method: 'PUT',
      headers,
      body,
    });
    say(`Jira said ${answer.status}`);
  });
  const reach = async (key: string, endpoint: string | null): Promise<void> => {
    await permissions.remote.set({ remotes: [{ key, configured: { endpoint } }] });
    const { results } = await permissions.remote.get({ keys: [key] });
    say(`Reaches ${results[0]?.configured.endpoint ?? 'nothing'}`);
  };
  button('Reach the executor', () => reach('fixture-remote', 'https://db.example.com/exec'));
  button('Reach this machine', () => reach('fixture-remote', 'http://127.0.0.1:9'));
  button('Reach another domain', () => reach('fixture-remote', 'https://db.example.org'));
  button('Reach without https', () => reach('fixture-remote', 'http://db.example.com'));
  button('Reach a fixed remote', () => reach('fixture-fixed', 'https://db.example.com'));
  button('Disconnect', () => reach('fixture-remote', null));
  button('Ask for egress', () => permissions.egress.get({}));
  button('Grow', () => element('answer').classList.add('tall'));
  button('Leave', () => router.navigate('/issues/'));
}

void start();
