import { randomUUID } from 'node:crypto';
import type { ChannelRequest, Realtime } from '../realtime';
import { openEventStream, type EventStream } from './event-stream';

/** Event streams of browser pages and what each of them listens to. */
export interface RealtimeStreams {
  open(accountId: string): Response;
  /** False when the stream is not this user's (a page of an earlier start, say). */
  subscribe(streamId: string, subscription: string, accountId: string, channel: ChannelRequest): boolean;
  unsubscribe(streamId: string, subscription: string, accountId: string): boolean;
  close(): void;
}

interface Page {
  readonly accountId: string;
  readonly stream: EventStream;
  readonly subscriptions: Map<string, () => void>;
}

/** Makes the streams over the platform's channels. */
export function createRealtimeStreams(realtime: Realtime): RealtimeStreams {
  const pages = new Map<string, Page>();

  const pageOf = (streamId: string, accountId: string): Page | undefined => {
    const page = pages.get(streamId);
    return page?.accountId === accountId ? page : undefined;
  };

  return {
    open(accountId) {
      const id = randomUUID();
      const subscriptions = new Map<string, () => void>();
      const stream = openEventStream(() => {
        pages.delete(id);
        for (const stop of subscriptions.values()) stop();
      });
      pages.set(id, { accountId, stream, subscriptions });
      stream.send({ stream: id });
      return stream.response;
    },
    subscribe(streamId, subscription, accountId, channel) {
      const page = pageOf(streamId, accountId);
      if (page === undefined) return false;
      page.subscriptions.get(subscription)?.();
      page.subscriptions.set(
        subscription,
        realtime.subscribe(channel, (event) => page.stream.send({ subscription, event })),
      );
      return true;
    },
    unsubscribe(streamId, subscription, accountId) {
      const page = pageOf(streamId, accountId);
      page?.subscriptions.get(subscription)?.();
      page?.subscriptions.delete(subscription);
      return page !== undefined;
    },
    close() {
      for (const page of pages.values()) page.stream.close();
    },
  };
}
