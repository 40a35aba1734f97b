import { canonicalJson } from '#core/hash';
import { generateSigningKey, signCompact } from '#core/protocol/jws';
import { type OrderClaims, orderTyp } from '#core/protocol/order';
import { orderContentType, paths } from '#core/protocol/transport';
import { verifyOrderToken } from '../../../executor/order/verify-token';
import { executorId, readReply } from '../../integration/executor/support/app';
import { judge, settle } from '../support/invariants';
import { changeSql } from '../support/load';
import type { Chance } from '../support/random';
import { count, counted, type Outcome, type Row, type Tier } from '../support/row';
import { createWorld, type Shared, type World } from '../support/world';

const mutations: Record<Tier, number> = { ci: 20_000, full: 100_000 };
/** One in so many goes to a running executor; the others to the same check without a socket. */
const overTheWire = 10;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ';
const encode = (text: string): string => Buffer.from(text).toString('base64url');

/** Changes the text of a token. */
function bentText(token: string, random: Chance): string {
  const at = random.between(0, token.length - 1);
  const to = Math.min(token.length, at + random.between(1, 20));
  const letter = alphabet.charAt(random.between(0, alphabet.length - 1));
  switch (random.between(0, 5)) {
    case 0:
      return token.slice(0, at) + letter + token.slice(at + 1);
    case 1:
      return token.slice(0, at) + token.slice(to);
    case 2:
      return token.slice(0, at) + letter + token.slice(at);
    case 3:
      return token.slice(0, at);
    case 4:
      return token.slice(0, to) + token.slice(at);
    default:
      return token.slice(0, at) + token.slice(at, to).split('').toReversed().join('') + token.slice(to);
  }
}

/** Changes one value somewhere in the claims. */
function bentClaims(value: unknown, random: Chance): unknown {
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    const chosen = random.between(0, Math.max(0, entries.length - 1));
    const bent = entries.flatMap(([key, inner], index): [string, unknown][] => {
      if (index !== chosen) return [[key, inner]];
      return random.next() < 0.05 ? [] : [[key, bentClaims(inner, random)]];
    });
    if (Array.isArray(value)) return entries.length === 0 ? [1] : bent.map(([, inner]) => inner);
    return entries.length === 0 ? { x: 1 } : Object.fromEntries(bent);
  }
  if (typeof value === 'number') return value + random.pick([-1, 1, 3_600, 1e6]);
  if (typeof value === 'string')
    return random.pick([`${value} `, value.slice(1), `${value}0`, value.toUpperCase() + 'x']);
  return random.pick([1, 'x', { x: 1 }]);
}

type Mutation = 'text' | 'claims under the old signature' | 'another header' | 'claims signed by another key';

/** Makes one token that is not the app's. */
async function mutate(world: World, claims: OrderClaims, token: string): Promise<[Mutation, string]> {
  const { random, app } = world;
  const [header = '', payload = '', signature = ''] = token.split('.');
  const share = random.next();
  if (share < 0.5) return ['text', bentText(token, random)];
  const bent = bentClaims(claims, random) as object;
  if (share < 0.75)
    return ['claims under the old signature', `${header}.${encode(canonicalJson(bent))}.${signature}`];
  if (share < 0.85) {
    const alg = random.pick(['none', 'HS256', 'ES256', 'EdDSA']);
    const typ = random.pick([orderTyp, 'JWT', 'qc-receipt+jws']);
    const kid = random.pick([app.key.kid, 'x', `${app.key.kid}x`]);
    const other = JSON.stringify({ alg, typ, kid, ...(random.next() < 0.3 ? { crit: ['x'] } : {}) });
    return ['another header', `${encode(other)}.${payload}.${random.next() < 0.5 ? signature : ''}`];
  }
  const stranger = { ...(await strangerKey), kid: random.pick([app.key.kid, (await strangerKey).kid]) };
  return ['claims signed by another key', await signCompact(bent, orderTyp, stranger)];
}

const strangerKey = generateSigningKey();

async function run(shared: Shared, tier: Tier): Promise<Outcome> {
  const world = await createWorld(shared);
  try {
    const [trusted] = world.config.trustedApps;
    if (!trusted) throw new Error('no app is trusted');
    const id = 'genuine';
    const claims = await world.order({ issueId: id, sql: changeSql(id, 0, false) });
    const genuine = canonicalJson(claims);
    const token = await world.app.order(claims);
    const address = await world.address();
    const kinds = new Map<string, number>();
    const violations: string[] = [];
    let same = 0;
    for (let turn = 0; turn < mutations[tier]; turn += 1) {
      const [kind, bent] = await mutate(world, claims, token);
      count(kinds, kind);
      const verified = await verifyOrderToken(bent, trusted, executorId, Date.now());
      // base64url has unused bits: another text may hold the same claims, and is then the same order.
      const isSame = verified.ok && canonicalJson(verified.value.claims) === genuine;
      if (isSame) same += 1;
      else if (verified.ok) violations.push(`accepted (${kind}): ${bent}`);
      if (turn % overTheWire !== 0 || isSame) continue;
      const response = await world.app.send(address, 'POST', paths.orders, bent, {
        contentType: orderContentType,
      });
      const { status } = await readReply(response);
      if (status < 400 || status >= 500) violations.push(`answered ${status} (${kind}): ${bent}`);
    }
    violations.push(...(await settle(world)), ...(await judge(world, [])));
    return {
      runs: `${mutations[tier]} mutations, ${mutations[tier] / overTheWire} of them over HTTP too`,
      hit: `${counted(kinds)}; ${same} were the same order in another spelling`,
      violations,
    };
  } finally {
    await world.close();
  }
}

export const mutationsRow: Row = {
  name: 'mutations',
  title: 'mutations of a signed order: none accepted, nothing applied',
  run,
};
