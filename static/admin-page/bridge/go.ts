import { router } from '@forge/bridge';

/** Opens a page of the site in a new tab, so that this page stays as it is. */
export function openOnSite(path: `/${string}`): void {
  void router.open(path).catch(() => undefined);
}
