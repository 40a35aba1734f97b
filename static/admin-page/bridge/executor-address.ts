import { permissions } from '@forge/bridge';

/** Key of the customer-managed remote in the manifest. */
const remote = 'executor';

/**
 * The executor's address on this site; null when none is set.
 * ⚠ `permissions.remote` (customer-managed remotes) is a preview; shapes as documented by its reference page.
 * @throws whatever the site answers when it cannot say
 */
export async function readExecutorAddress(): Promise<string | null> {
  const { results } = await permissions.remote.get({ keys: [remote] });
  return results.find(({ key }) => key === remote)?.configured.endpoint ?? null;
}

/**
 * Asks the site to set the executor's address. The site shows its own dialog to the administrator.
 * @returns null when it is set; else why not, in words
 */
export async function setExecutorAddress(endpoint: string): Promise<string | null> {
  try {
    await permissions.remote.set({ remotes: [{ key: remote, configured: { endpoint } }] });
    return null;
  } catch (error) {
    const said = error instanceof Error && error.message !== '' ? ` Jira says: ${error.message}` : '';
    return `The address was not set.${said} Try again and allow it in Jira's dialog.`;
  }
}

/** What is wrong with an address, in words; null when nothing is. Jira calls over HTTPS only, and this machine's own for development. */
export function addressProblem(text: string): string | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'Enter a whole address, for example https://executor.example.com.';
  }
  const local = url.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  if (url.protocol !== 'https:' && !local) return 'The address must begin with https://.';
  if (url.search !== '' || url.hash !== '' || url.username !== '')
    return 'Leave out everything behind the path.';
  return null;
}
