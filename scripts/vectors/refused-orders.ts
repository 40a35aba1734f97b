import { base64url, CompactSign, importJWK, type JWK, SignJWT } from 'jose';
import type { DigestInput } from '#core/change/digest';
import { canonicalJson } from '#core/hash';
import type { PrivateJwk } from '#core/protocol/jwk';
import { publicHalf, signCompact } from '#core/protocol/jws';
import { type OrderClaims, orderTyp } from '#core/protocol/order';
import { receiptTyp } from '#core/protocol/receipt';
import { base, now, installation, zeros, orderOf } from './samples';

/** Signs anything under any header, as an attacker would. */
async function forge(payload: object, header: object, key: PrivateJwk): Promise<string> {
  return new CompactSign(new TextEncoder().encode(canonicalJson(payload)))
    .setProtectedHeader({ alg: 'EdDSA', typ: orderTyp, kid: key.kid, ...header })
    .sign(await importJWK(key as JWK, 'EdDSA'));
}

/** Orders that must be refused, each with the code; in the order in which an executor checks. */
export async function refusedOrders(
  good: OrderClaims,
  app: PrivateJwk,
  foreign: PrivateJwk,
): Promise<object[]> {
  const token = await signCompact(good, orderTyp, app);
  const [header = '', payload = '', signature = ''] = token.split('.');
  const parted = (value: object): string => base64url.encode(JSON.stringify(value));
  const tampered = base64url.encode(canonicalJson({ ...good, requestedBy: 'mallory' }));
  const sign = async (changes: Partial<OrderClaims>): Promise<string> =>
    signCompact({ ...good, ...changes }, orderTyp, app);
  const redo = async (content: Partial<DigestInput>, kind: 'apply' | 'rollback' = 'apply'): Promise<string> =>
    signCompact(await orderOf({ ...base, ...content }, kind), orderTyp, app);
  const [first, second] = good.approvals;
  if (!first || !second) throw new Error('two approvals are needed');
  const rows: [name: string, code: string, token: string][] = [
    ['alg none', 'malformed', `${parted({ alg: 'none', typ: orderTyp, kid: app.kid })}.${payload}.`],
    [
      'HS256 with the public key',
      'malformed',
      await new SignJWT({ ...good })
        .setProtectedHeader({ alg: 'HS256', typ: orderTyp, kid: app.kid })
        .sign(base64url.decode(app.x)),
    ],
    ['embedded key', 'malformed', await forge(good, { jwk: publicHalf(foreign) }, foreign)],
    ['no kid', 'malformed', await forge(good, { kid: undefined }, app)],
    ['typ of a receipt', 'malformed', await forge(good, { typ: receiptTyp }, app)],
    ['unknown claim', 'malformed', await forge({ ...good, extra: 1 }, {}, app)],
    ['unknown key', 'unknown-key', await signCompact(good, orderTyp, foreign)],
    ['foreign key under a trusted kid', 'bad-signature', await forge(good, { kid: app.kid }, foreign)],
    ['payload changed', 'bad-signature', `${header}.${tampered}.${signature}`],
    ['another installation', 'wrong-issuer', await sign({ iss: `${installation}0` })],
    ['another executor', 'wrong-audience', await sign({ aud: 'executor-2' })],
    ['lives too long', 'order-too-long', await sign({ exp: good.iat + 901 })],
    ['expired', 'order-expired', await sign({ iat: now - 700, exp: now - 31 })],
    ['from the future', 'order-expired', await sign({ iat: now + 31, exp: now + 500 })],
    ['id of another try', 'wrong-id', await sign({ try: 2 })],
    ['content of another issue', 'digest-mismatch', await sign({ content: { ...base, issueId: '10002' } })],
    [
      'content changed after approval',
      'digest-mismatch',
      await sign({ content: { ...base, sql: 'drop table orders;' } }),
    ],
    ['hash of other bytes', 'sql-mismatch', await sign({ sqlSha256: zeros })],
    ['rollback of a change without one', 'rollback-missing', await redo({ rollback: null }, 'rollback')],
    ['starts too late', 'order-too-long', await sign({ startBy: good.iat + 3_601 })],
    ['ends before it starts', 'order-too-long', await sign({ endBy: good.startBy - 1 })],
    ['unknown connection', 'unknown-connection', await redo({ connection: 'shop-test' })],
    [
      'approval of other content',
      'approval-for-other-digest',
      await sign({ approvals: [first, { ...second, digest: zeros }] }),
    ],
    [
      'author among approvers',
      'author-approved',
      await sign({ approvals: [first, second, { ...first, accountId: 'dev-1' }] }),
    ],
    ['one person twice', 'approvals-missing', await sign({ approvals: [first, first] })],
    ['no approvals', 'approvals-missing', await sign({ approvals: [] })],
    [
      'approver not on the list',
      'approver-not-allowed',
      await sign({ approvals: [first, { ...second, accountId: 'stranger-1' }] }),
    ],
    [
      'look-alike database',
      'target-mismatch',
      await redo({ target: { ...base.target, systemIdentifier: '1' } }),
    ],
    ['another role', 'role-mismatch', await redo({ role: 'postgres' })],
    ['another search path', 'role-mismatch', await redo({ searchPath: 'evil, public' })],
    [
      'limits above the configured',
      'limits-exceeded',
      await redo({ limits: { ...base.limits, statementTimeoutMs: 30_001 } }),
    ],
    [
      'ends the transaction',
      'statement-not-allowed',
      await redo({ sql: 'update orders set total = 1; commit;' }),
    ],
    ['error that nobody has set aside', 'review-failed', await redo({ sql: 'delete from orders;' })],
    [
      'waiver without a reason',
      'review-failed',
      await redo({ sql: '-- qc-waive ban-delete-without-where\ndelete from orders;' }),
    ],
    [
      'verification that writes',
      'statement-not-allowed',
      await redo({ verification: 'delete from orders returning true;' }),
    ],
    ['hidden character', 'statement-not-allowed', await redo({ sql: 'select 1 /* \u202e */' })],
  ];
  return rows.map(([name, code, made]) => ({ name, code, token: made }));
}
