import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PublicJwk } from '#core/protocol/jwk';
import { verifyCompact } from '#core/protocol/jws';
import {
  ReceiptClaims,
  ReceiptDelivery,
  receiptTyp,
  resultMatches,
  ResultBody,
} from '#core/protocol/receipt';
import * as v from 'valibot';

/** A receipt as the app would see it: verified, with its body checked. */
export interface SeenReceipt {
  readonly compact: string;
  readonly claims: ReceiptClaims;
  readonly body: ResultBody | null;
}

/** Plays the app's web trigger. */
export interface Receiver {
  readonly url: string;
  /** Deliveries so far, per jti. */
  posts(jti: string): number;
  /** Resolves with the receipt of this id as soon as it has arrived. */
  receipt(jti: string): Promise<ReceiptDelivery>;
  /** Status that the next posts get. */
  answer(status: number): void;
  /** Resolves at the next post that was refused. */
  refused(): Promise<void>;
  close(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const seen = new Map<string, ReceiptDelivery>();
  const counts = new Map<string, number>();
  const waiting = new Map<string, ((delivery: ReceiptDelivery) => void)[]>();
  let refusals: (() => void)[] = [];
  let status = 200;
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      response.statusCode = status;
      response.end();
      if (status !== 200) {
        for (const done of refusals.splice(0)) done();
        return;
      }
      const delivery = v.parse(ReceiptDelivery, JSON.parse(text));
      const payload = delivery.receipt.split('.')[1] ?? '';
      const { jti } = v.parse(ReceiptClaims, JSON.parse(Buffer.from(payload, 'base64url').toString()));
      counts.set(jti, (counts.get(jti) ?? 0) + 1);
      seen.set(jti, delivery);
      for (const done of waiting.get(jti) ?? []) done(delivery);
      waiting.delete(jti);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/receipts`,
    posts: (jti) => counts.get(jti) ?? 0,
    async receipt(jti) {
      return (
        seen.get(jti) ??
        new Promise((done) => {
          waiting.set(jti, [...(waiting.get(jti) ?? []), done]);
        })
      );
    },
    answer(next) {
      status = next;
    },
    refused: () =>
      new Promise((done) => {
        refusals = [...refusals, done];
      }),
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** Verifies a delivery under the executor's key. */
export async function readReceipt(delivery: ReceiptDelivery, key: PublicJwk): Promise<SeenReceipt> {
  const verified = await verifyCompact(delivery.receipt, receiptTyp, [key], ReceiptClaims);
  if (!verified.ok) throw new Error(`the receipt does not verify: ${verified.error}`);
  if (!(await resultMatches(verified.value, delivery.result)))
    throw new Error('the result is not the receipt’s');
  const body = delivery.result === null ? null : v.parse(ResultBody, JSON.parse(delivery.result));
  return { compact: delivery.receipt, claims: verified.value, body };
}
