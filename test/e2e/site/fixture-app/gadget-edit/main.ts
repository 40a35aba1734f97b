/** The edit view of the fixture's gadget. */
import { view } from '@forge/bridge';

interface Extension {
  readonly entryPoint: string;
  readonly gadgetConfiguration?: { readonly colour?: string; readonly refresh?: string };
}

const input = (id: string): HTMLInputElement => {
  const found = document.getElementById(id);
  if (!(found instanceof HTMLInputElement)) throw new Error(`no #${id}`);
  return found;
};
const onClick = (id: string, act: () => unknown): void =>
  document.getElementById(id)?.addEventListener('click', () => void act());

async function start(): Promise<void> {
  await view.theme.enable();
  const extension = (await view.getContext()).extension as unknown as Extension;
  input('colour').value = extension.gadgetConfiguration?.colour ?? '';
  input('refresh').value = extension.gadgetConfiguration?.refresh ?? '';
  onClick('save', () => view.submit({ colour: input('colour').value, refresh: input('refresh').value }));
  onClick('cancel', () => view.close());
  const entry = document.getElementById('entry');
  if (entry) entry.textContent = `Entry point: ${extension.entryPoint}`;
}

void start();
