import { useEffect, useRef } from 'react';
import * as v from 'valibot';

const Message = v.looseObject({ issueId: v.string() });
type Listener = (issueId: string | undefined) => void;

const listeners = new Set<Listener>();
let source: EventSource | undefined;

function tell(issueId: string | undefined): void {
  for (const listener of listeners) listener(issueId);
}

/** A hidden tab listens to nothing: browsers open only six connections to a host, and each tab would hold one. */
function follow(): void {
  if (document.hidden || listeners.size === 0) {
    source?.close();
    source = undefined;
    return;
  }
  if (source) return;
  let opened = false;
  source = new EventSource('/__host/events');
  source.addEventListener('open', () => {
    // What happened while nobody listened is unknown, so everything may have changed.
    if (opened) tell(undefined);
    opened = true;
  });
  source.addEventListener('message', (event: MessageEvent<string>) => {
    const parsed = v.safeParse(Message, JSON.parse(event.data));
    if (parsed.success) tell(parsed.output.issueId);
  });
}

document.addEventListener('visibilitychange', () => {
  const wasClosed = source === undefined;
  follow();
  if (wasClosed && source) tell(undefined);
});

const GATHER_MS = 60;

/**
 * Calls back when an issue changes on the host, or with undefined when any issue may have changed. Changes that come
 * close together make one call.
 */
export function useIssueChanges(onChange: (issueId: string | undefined) => void): void {
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => {
    const waiting = new Map<string | undefined, ReturnType<typeof setTimeout>>();
    const listener: Listener = (issueId) => {
      if (waiting.has(issueId)) return;
      const call = (): void => {
        waiting.delete(issueId);
        latest.current(issueId);
      };
      waiting.set(issueId, setTimeout(call, GATHER_MS));
    };
    listeners.add(listener);
    follow();
    return () => {
      listeners.delete(listener);
      for (const timer of waiting.values()) clearTimeout(timer);
      follow();
    };
  }, []);
}
