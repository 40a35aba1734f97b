import type { Browser, Frame, Locator } from 'playwright-core';
import { openPanel, type WatchedPage } from '../../panel/harness/browser';
import type { Harness } from '../../panel/harness/server';
import type { FakeAdmin } from './fake-admin';

/** Opens the admin page over a fake resolver. */
export async function openAdmin(
  browser: Browser,
  harness: Harness,
  backend: FakeAdmin,
  width = 1_100,
): Promise<WatchedPage> {
  return openPanel(browser, harness.serve(backend, { resource: 'admin-page' }), width);
}

/** Goes to a tab. */
export async function goTo(frame: Frame, tab: string): Promise<void> {
  await frame.getByRole('tab', { name: tab, exact: true }).click();
  await frame.getByRole('tabpanel', { name: tab }).waitFor();
}

/** Types into a picker and chooses the match that is called so. */
export async function pick(scope: Frame | Locator, label: string, match: string): Promise<void> {
  await scope.getByRole('combobox', { name: label }).fill(match.slice(0, 4));
  await scope.getByRole('option', { name: match }).click();
}

/** Waits until the backend has seen something. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within 5 s: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Waits until the steps are all checked or made. */
export async function idle(frame: Frame): Promise<void> {
  await frame.getByTestId('progress').filter({ visible: true }).waitFor({ state: 'detached' });
}
