import type { EnrolmentFacts } from '#core/panel/admin-contract';
import { publicHalf } from '#core/protocol/jws';
import { ok } from '#core/result';
import type { Ports } from '../ports';
import { no, type Outcome } from '../refusal';

/** What the executor's configuration must hold: both public keys while the app's key rotates. */
export async function enrolmentFacts(ports: Ports, receiptUrl: string): Promise<EnrolmentFacts> {
  const [{ installation }, current, next] = await Promise.all([
    ports.settings.read(),
    ports.keys.signingKey(),
    ports.keys.nextKey(),
  ]);
  return { installation, keys: [current, ...(next ? [next] : [])].map(publicHalf), receiptUrl };
}

/** Makes the app's next key. Nothing is signed with it until the executor has shown that it trusts it. */
export async function prepareAppKey(ports: Ports, admin: string): Promise<void> {
  const [current, next] = await Promise.all([ports.keys.signingKey(), ports.keys.prepareNext()]);
  await ports.settings.change({ actor: admin, what: 'Next app key prepared' }, (settings) => ({
    ...settings,
    appKeys: { current: current.kid, next: next.kid },
  }));
}

/**
 * Goes over to the next key, if the executor accepts a request under it; the old private key is gone then. An order
 * that was signed with the old one and must be sent again is signed again: to the executor it is the same order.
 */
export async function switchAppKey(ports: Ports, admin: string): Promise<Outcome<void>> {
  const [settings, next] = await Promise.all([ports.settings.read(), ports.keys.nextKey()]);
  const { executor, installation } = settings;
  if (!next) {
    const { kid } = await ports.keys.signingKey();
    // Switched already, and cut off before it was written down.
    if (settings.appKeys.next === kid) return ok(await recordSwitch(ports, admin, kid));
    return no('illegal', 'There is no next key. Prepare one first.');
  }
  if (executor) {
    const answer = await ports.executor.connections(executor.id, next);
    if (answer.kind === 'silence')
      return no('bad-request', `The executor does not answer, so the key stays: ${answer.message}.`);
    if (answer.kind === 'refusal') {
      return no(
        'bad-request',
        answer.error.code === 'unknown-key'
          ? `The executor does not trust the next key yet. Add the key ${next.kid} to "keys" of ${installation} ` +
              'under "trustedApps" in its configuration ("executor enrol" does it), restart it, and switch again.'
          : `The executor refused a request under the next key: ${answer.error.message} (${answer.error.code}).`,
      );
    }
  }
  if (!(await ports.keys.promoteNext(next.kid)))
    return no('illegal', 'Somebody else prepared another key or discarded this one. Look again.');
  return ok(await recordSwitch(ports, admin, next.kid));
}

async function recordSwitch(ports: Ports, admin: string, kid: string): Promise<void> {
  await ports.settings.change({ actor: admin, what: 'App key switched' }, (settings) => ({
    ...settings,
    appKeys: { current: kid, next: null },
  }));
}

/** Forgets the next key. */
export async function discardAppKey(ports: Ports, admin: string): Promise<void> {
  await ports.keys.discardNext();
  await ports.settings.change({ actor: admin, what: 'Next app key discarded' }, (settings) => ({
    ...settings,
    appKeys: { ...settings.appKeys, next: null },
  }));
}
