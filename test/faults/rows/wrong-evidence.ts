import { createHash } from 'node:crypto';
import { subjectOf } from '#core/evidence/subject';
import type { PrivateJwk } from '#core/protocol/jwk';
import { publicHalf, signCompact } from '#core/protocol/jws';
import { type OrderClaims, computeOrderDigest, orderTyp } from '#core/protocol/order';
import { type ReceiptClaims, receiptTyp } from '#core/protocol/receipt';
import { loadSigningKey } from '../../../executor/signing-key';
import { executorId } from '../../integration/executor/support/app';
import type { World } from '../support/world';
import type { WrongOrder } from './wrong-order-cases';

/** RFC 8032 section 7.1, test 3: the key of an executor that is not under test. */
const x = '_FHNjmIYoaONpH7QAjDwWAgW7RO6MwOsXeuRFUiQgCU';
const kid = createHash('sha256')
  .update(JSON.stringify({ crv: 'Ed25519', kty: 'OKP', x }))
  .digest('base64url');
const key: PrivateJwk = {
  kty: 'OKP',
  crv: 'Ed25519',
  x,
  d: 'xaqN9D-fg3vtt0QvMdy3sWbThTUHbwlLhc46LgtEWPc',
  kid,
};
const target = { systemIdentifier: '42', databaseOid: 7, databaseName: 'below' };

/** The other executor as the connection `proven` lists it. */
export const listed = {
  executor: 'executor-below',
  keys: [publicHalf(key)],
  environment: 'dev' as const,
  connection: 'below',
  target,
};

/** A receipt of the order's own change, as the other executor signs one that succeeded just now. */
async function receiptFor(claims: OrderClaims, changes: Partial<ReceiptClaims>): Promise<ReceiptClaims> {
  const { content } = claims;
  const at = new Date(Date.now() - 60_000).toISOString();
  return {
    v: 1,
    iss: listed.executor,
    aud: claims.iss,
    jti: '1'.repeat(64),
    iat: claims.iat,
    kind: 'apply',
    issue: { id: 'below', key: 'QC-0' },
    revision: 1,
    attempt: 1,
    status: 'succeeded',
    reason: null,
    orderDigest: await computeOrderDigest(claims),
    digest: claims.digest,
    sqlSha256: claims.sqlSha256,
    connection: listed.connection,
    environment: listed.environment,
    target,
    ledgerMode: 'target',
    durability: 'on',
    statements: [{ index: 0, start: 0, end: 1, command: 'INSERT', rows: 1, ms: 1, error: null }],
    startedAt: at,
    finishedAt: at,
    transactionId: '1',
    subject: await subjectOf(content),
    resultSha256: null,
    chain: { id: 'below', epoch: 1, seq: 1, prev: '0'.repeat(64) },
    ...changes,
  };
}

const showing =
  (changes: Partial<ReceiptClaims>, own?: (world: World) => Promise<PrivateJwk>) =>
  async (claims: OrderClaims, world: World): Promise<string> => {
    const where = own ? { target: claims.content.target } : {};
    const shown = await receiptFor(claims, { ...where, ...changes });
    const receipt = await signCompact(shown, receiptTyp, (await own?.(world)) ?? key);
    return signCompact({ ...claims, evidence: [receipt] }, orderTyp, world.app.key);
  };

const longAgo = new Date(Date.now() - 30 * 24 * 3_600_000).toISOString();
const here = { connection: 'proven' };
/** Nobody compares it before the order is taken in. */
const recordedStructure = { content: { schemaDigest: '3'.repeat(64), schemaShape: '4'.repeat(64) } };

/** Orders for a connection that asks for evidence, wrong in what they show. */
export const wrongEvidence: readonly WrongOrder[] = [
  { ...here, code: 'evidence-missing', what: 'no receipt of a lower environment' },
  { ...here, code: 'evidence-invalid', what: 'a dry run as evidence', token: showing({ kind: 'dry-run' }) },
  {
    ...here,
    code: 'evidence-invalid',
    what: 'other SQL as evidence',
    token: showing({ sqlSha256: '2'.repeat(64), subject: undefined }),
  },
  {
    ...here,
    code: 'evidence-not-trusted',
    what: 'evidence of prod',
    token: showing({ environment: 'prod' }),
  },
  {
    ...here,
    code: 'evidence-not-trusted',
    what: 'evidence of a look-alike of the listed database',
    token: showing({ target: { ...target, systemIdentifier: '43' } }),
  },
  {
    ...here,
    code: 'evidence-undone',
    what: 'a receipt under our own key that does not stand in our state',
    token: showing({ iss: executorId, connection: 'main' }, ({ config }) => loadSigningKey(config.stateDir)),
  },
  {
    ...here,
    code: 'evidence-differs',
    what: 'evidence without a word on what it ran with',
    token: showing({ subject: undefined }),
  },
  {
    ...here,
    code: 'evidence-too-old',
    what: 'evidence of last month',
    wish: recordedStructure,
    token: showing({ finishedAt: longAgo }),
  },
  {
    ...here,
    code: 'evidence-without-effect',
    what: 'evidence that met no row',
    wish: recordedStructure,
    token: showing({
      statements: [{ index: 0, start: 0, end: 1, command: 'UPDATE', rows: 0, ms: 1, error: null }],
    }),
  },
];
