import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ReceiptClaims, ReceiptDelivery } from '#core/protocol/receipt';
import * as v from 'valibot';
import type { Chance } from './random';

/** An app that takes receipts badly: refuses some, forgets to answer, breaks the line after it has stored them. */
export interface HostileReceiver {
  readonly url: string;
  /** Every different receipt that was posted under an id, with how it was answered. */
  receipts(): ReadonlyMap<string, ReadonlySet<string>>;
  /** Resolves when a receipt of this id has been posted, however it was answered. */
  seen(jti: string): Promise<void>;
  readonly posts: number;
  readonly refusals: number;
  /** From now on every post is taken, and the ones that hang are let go. */
  calm(): void;
  close(): Promise<void>;
}

/** Starts a receiver that treats `badness` (0 to 1) of the posts badly. */
export async function startHostileReceiver(random: Chance, badness: number): Promise<HostileReceiver> {
  const seen = new Map<string, Set<string>>();
  const waiting = new Map<string, (() => void)[]>();
  const hanging = new Set<ServerResponse>();
  let bad = badness;
  let posts = 0;
  let refusals = 0;

  const answer = (response: ServerResponse): void => {
    if (random.next() >= bad) {
      response.writeHead(200).end();
      return;
    }
    refusals += 1;
    const how = random.pick(['500', '503', 'cut', 'hang'] as const);
    if (how === 'cut') response.destroy();
    else if (how === 'hang') hanging.add(response);
    else response.writeHead(Number(how)).end();
  };
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      const { receipt } = v.parse(ReceiptDelivery, JSON.parse(text));
      const payload = Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString();
      const { jti } = v.parse(ReceiptClaims, JSON.parse(payload));
      posts += 1;
      seen.set(jti, (seen.get(jti) ?? new Set()).add(receipt));
      for (const done of waiting.get(jti) ?? []) done();
      waiting.delete(jti);
      answer(response);
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/receipts`,
    receipts: () => seen,
    async seen(jti) {
      if (seen.has(jti)) return;
      await new Promise<void>((done) => waiting.set(jti, [...(waiting.get(jti) ?? []), done]));
    },
    get posts() {
      return posts;
    },
    get refusals() {
      return refusals;
    },
    calm() {
      bad = 0;
      for (const response of hanging) response.destroy();
      hanging.clear();
    },
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
