import {
  Agent as HttpAgent,
  type ClientRequest,
  type RequestOptions,
  request as requestHttp,
} from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { ReceiptDelivery } from '#core/protocol/receipt';
import { faultFields } from '../log';

/** Posts receipts over connections that stay open. */
export interface Post {
  /**
   * Posts one delivery; resolves to null when it was taken, else to what was wrong. Takes at most {@link postTimeoutMs}.
   * A redirect is an answer like any other that is not 2xx: the URL is pinned.
   */
  (url: string, delivery: ReceiptDelivery): Promise<string | null>;
}

/** A post that takes longer than this has failed. */
const postTimeoutMs = 15_000;

/** The status of the answer, after all of it has arrived. */
function ask(
  url: URL,
  options: RequestOptions,
  body: string,
): { sent: ClientRequest; status: Promise<number> } {
  const start = url.protocol === 'https:' ? requestHttps : requestHttp;
  const sent = start(url, options);
  const status = new Promise<number>((done, fail) => {
    sent.on('error', fail);
    sent.on('response', (response) => {
      response.on('error', fail).on('end', () => done(response.statusCode ?? 0));
      response.resume();
    });
    sent.end(body);
  });
  return { sent, status };
}

/** Creates the poster. Node's own client, because `fetch` takes several times as long for a message of this size. */
export function createPost(): Post & { close(): void } {
  const agents = {
    'http:': new HttpAgent({ keepAlive: true }),
    'https:': new HttpsAgent({ keepAlive: true }),
  };
  const post: Post = async (address, delivery) => {
    const url = new URL(address);
    const body = JSON.stringify(delivery);
    const options: RequestOptions = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      agent: url.protocol === 'https:' ? agents['https:'] : agents['http:'],
      signal: AbortSignal.timeout(postTimeoutMs),
    };
    for (let tries = 1; ; tries += 1) {
      const { sent, status } = ask(url, options, body);
      try {
        const answered = await status;
        return answered >= 200 && answered < 300 ? null : `HTTP ${answered}`;
      } catch (error) {
        const { code, fault } = faultFields(error);
        // The other side closed a connection that had stayed open, as it may; the app takes a receipt twice.
        if (sent.reusedSocket && code === 'ECONNRESET' && tries === 1) continue;
        return `no answer (${code ?? fault})`;
      }
    }
  };
  return Object.assign(post, {
    close() {
      agents['http:'].destroy();
      agents['https:'].destroy();
    },
  });
}
