/** The fixture's gadget: says where it is, how it is configured, and which load of it this is. */
import { invoke, router, view } from '@forge/bridge';

interface Extension {
  readonly entryPoint: string;
  readonly dashboard: { readonly id: string };
  readonly gadget: { readonly id: string };
  readonly gadgetConfiguration?: { readonly colour?: string };
}

const write = (id: string, text: string): void => {
  const found = document.getElementById(id);
  if (!found) throw new Error(`no #${id}`);
  found.textContent = text;
};

async function start(): Promise<void> {
  await view.theme.enable();
  const { dashboard, gadget, entryPoint, gadgetConfiguration } = (await view.getContext())
    .extension as unknown as Extension;
  const seen: unknown = await invoke('place');
  write('who', typeof seen === 'string' ? seen : 'No place');
  write('place', `${entryPoint} of gadget ${gadget.id} on dashboard ${dashboard.id}`);
  write('configuration', `Colour: ${gadgetConfiguration?.colour ?? 'none yet'}`);
  write('loaded', `Load ${crypto.randomUUID()}`);
  document.getElementById('leave')?.addEventListener('click', () => void router.navigate('/issues/'));
}

void start();
