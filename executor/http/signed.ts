import type { Context } from 'hono';
import { maxTokenBytes } from '#core/limits';
import { requestHeader } from '#core/protocol/request';
import type { Config, TrustedApp } from '../config';
import type { Log } from '../log';
import { type Refusal, refusal } from '../order/refusal';
import type { StateStore } from '../state/store';
import { useRequestId, type RequestId } from '../state/inbox';
import { identify, isSignedBody, mismatch, replayed } from './authenticate';
import { createGate } from './rate-limits';
import { announcesMore, readBody } from './read-body';
import { refuseWith } from './reply';

/** A request whose id has not been used up before. */
export interface OpenRequest extends RequestId {
  /** Its id was used up together with what it asked for. */
  used: boolean;
}

/** Answers a request of an app that has proved who it is. */
export type Handler = (
  context: Context,
  app: TrustedApp,
  body: string,
  request: OpenRequest,
) => Promise<Response>;

/** Which id is used up when. */
type Uses =
  /** Before anything is done: a request that was answered before has no effect. */
  | 'first'
  /**
   * By the handler, with what it stores, or else before the answer leaves. For what has the same effect as often as it is
   * done, so that only the answer has to be kept from whoever sends it again.
   */
  | 'within';

interface SignedDeps {
  readonly config: Config;
  readonly store: StateStore;
  readonly now: () => number;
  readonly log: Log;
  readonly stopping: () => boolean;
  /** Called with the code of every request that gets no further. */
  readonly refused: (code: string) => void;
}

const tooLarge = refusal('too-large', `a body may have ${maxTokenBytes} bytes`);

/**
 * Makes the guard of every path that only trusted apps may call. In this order: the length, the signature over the
 * head, the rate, the body, and only then the database. So a flood without a key costs neither database nor body, is
 * answered from its own small bucket, and leaves the rates of signed requests as they are.
 */
export function createGuard(
  deps: SignedDeps,
): (handler: Handler, uses?: Uses) => (context: Context) => Promise<Response> {
  const { config, log, now } = deps;
  const installations = config.trustedApps.map(({ installation }) => installation);
  const gate = createGate(config.limits.requests, installations, now);

  const refuseRequest = (context: Context, why: Refusal): Response => {
    deps.refused(why.code);
    return refuseWith(context, why);
  };
  const tellToWait = (context: Context, seconds: number): Response => {
    context.header('retry-after', String(seconds));
    return refuseRequest(context, refusal('rate-limited', `too many requests: wait ${seconds} seconds`));
  };
  /** Turns away somebody who may be anybody; a flood of them fills neither the log nor anybody's time. */
  const turnAway = (context: Context, why: Refusal): Response => {
    const wait = gate.stranger();
    if (wait > 0) return tellToWait(context, wait);
    log.warn('request-refused', { code: why.code });
    return refuseRequest(context, why);
  };
  /** The rest of the body is never read, so the connection cannot be used again. */
  const tooMuch = (context: Context): Response => {
    context.header('connection', 'close');
    return refuseRequest(context, tooLarge);
  };

  return (handler, uses = 'first') =>
    async (context) => {
      if (deps.stopping()) return refuseWith(context, refusal('unavailable', 'the executor is stopping'));
      if (announcesMore(context, maxTokenBytes)) return tooMuch(context);
      const url = new URL(context.req.url);
      const head = {
        method: context.req.method,
        path: url.pathname + url.search,
        token: context.req.header(requestHeader),
      };
      const identified = await identify(head, config.trustedApps, config.executorId, now());
      if (!identified.ok) return turnAway(context, identified.error);
      const sender = identified.value;
      const { installation } = sender.app;
      const { jti } = sender.claims;
      if (gate.seen(installation, jti)) return turnAway(context, replayed);
      const wait = gate.sender(installation);
      if (wait > 0) {
        log.warn('rate-limited', { installation });
        return tellToWait(context, wait);
      }
      const body = await readBody(context, maxTokenBytes);
      if (body === null) return tooMuch(context);
      if (!isSignedBody(sender, body)) return turnAway(context, mismatch);
      const request: OpenRequest = { ...sender.request, used: false };
      const fresh = async (): Promise<boolean> => {
        request.used ||= await useRequestId(deps.store.pool, installation, request);
        return request.used;
      };
      if (uses === 'first' && !(await fresh())) return turnAway(context, replayed);
      gate.remember(installation, jti, request.forgetAfter);
      const response = await handler(context, sender.app, body, request);
      return (await fresh()) ? response : turnAway(context, replayed);
    };
}
