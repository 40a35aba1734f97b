import { useEffect, useRef } from 'react';
import * as v from 'valibot';

const Message = v.looseObject({ issueId: v.optional(v.string()) });

const listeners = new Set<(issueId: string) => void>();
let source: EventSource | undefined;

function open(): void {
  if (source) return;
  source = new EventSource('/__host/events');
  source.addEventListener('message', (event: MessageEvent<string>) => {
    const parsed = v.safeParse(Message, JSON.parse(event.data));
    if (!parsed.success || parsed.output.issueId === undefined) return;
    for (const listener of listeners) listener(parsed.output.issueId);
  });
}

/** Calls back when an issue changes on the host; changes that come close together make one call. */
export function useIssueChanges(onChange: (issueId: string) => void): void {
  const latest = useRef(onChange);
  latest.current = onChange;
  useEffect(() => {
    const waiting = new Map<string, ReturnType<typeof setTimeout>>();
    const listener = (issueId: string): void => {
      if (waiting.has(issueId)) return;
      waiting.set(
        issueId,
        setTimeout(() => {
          waiting.delete(issueId);
          latest.current(issueId);
        }, 60),
      );
    };
    listeners.add(listener);
    open();
    return () => {
      listeners.delete(listener);
      for (const timer of waiting.values()) clearTimeout(timer);
    };
  }, []);
}
