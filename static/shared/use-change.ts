import { useCallback, useEffect, useRef, useState } from 'react';
import type { PanelErrorCode } from '#core/panel/contract';
import type { ChangeView } from '#core/panel/view';
import { call, onSignal } from './bridge';

/** How often a running change is asked for while the page is visible, in case no signal arrives. Milliseconds. */
const pollMs = 2_000;

/** Focus is reason to fetch when the last answer is older than this: each click into a frame focuses it. Milliseconds. */
const freshMs = 10_000;

/** The change on the screen and what keeps it fresh. */
export interface Change {
  /** Null until the first answer. */
  readonly view: ChangeView | null;
  /** Why there is no answer, or no fresh one. */
  readonly problem: { readonly code: PanelErrorCode; readonly message: string } | null;
  /** Fetches the view now. */
  readonly refresh: () => Promise<void>;
  /** Puts a view that an action returned on the screen; `more` says that the change is about to move on by itself. */
  readonly show: (view: ChangeView, more?: boolean) => void;
}

/**
 * Fetches the change, again on signals, on focus, and every two seconds while it runs or is about to, and the page is
 * visible. Signals that come within `gatherMs` of each other make one fetch: what only accompanies the panel leaves it
 * the first turn.
 */
export function useChange(gatherMs = 0): Change {
  const [view, setView] = useState<ChangeView | null>(null);
  const [problem, setProblem] = useState<Change['problem']>(null);
  const latest = useRef(-1);
  const asked = useRef(0);
  const shown = useRef(0);
  const answeredAt = useRef(0);
  const [expectedAfter, setExpectedAfter] = useState<number | null>(null);

  const show = useCallback((next: ChangeView, more = false) => {
    setExpectedAfter(more ? next.seq : null);
    // A signal may have fetched what came after this action already: the answer is behind the screen then.
    if (next.seq < latest.current) return;
    latest.current = next.seq;
    answeredAt.current = Date.now();
    shown.current = asked.current += 1;
    setView(next);
    setProblem(null);
  }, []);

  const refresh = useCallback(async () => {
    const turn = (asked.current += 1);
    const reply = await call('view', {});
    // An answer asked for before the one on the screen is older than it, unless the ledger had grown meanwhile.
    const newer = reply.ok && reply.value.seq > latest.current;
    if (turn < shown.current && !newer) return;
    shown.current = Math.max(shown.current, turn);
    if (!reply.ok) {
      setProblem(reply.error);
      return;
    }
    latest.current = reply.value.seq;
    answeredAt.current = Date.now();
    setView(reply.value);
    setProblem(null);
  }, []);

  useEffect(() => void refresh(), [refresh]);
  useSignals(view?.channel, latest, gatherMs, refresh);
  useFocus(answeredAt, refresh);
  usePolling(
    view?.status === 'running' ||
      view?.dryRun?.status === null ||
      (view !== null && view.seq === expectedAfter),
    refresh,
  );
  return { view, problem, refresh, show };
}

function useSignals(
  channel: string | undefined,
  latest: { readonly current: number },
  gatherMs: number,
  refresh: () => Promise<void>,
): void {
  useEffect(() => {
    if (channel === undefined) return undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = onSignal(channel, (signal) => {
      if (signal.seq <= latest.current) return;
      clearTimeout(timer);
      if (gatherMs === 0) void refresh();
      else timer = setTimeout(() => void refresh(), gatherMs);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [channel, latest, gatherMs, refresh]);
}

function useFocus(answeredAt: { readonly current: number }, refresh: () => Promise<void>): void {
  useEffect(() => {
    const onFocus = (): void => {
      if (Date.now() - answeredAt.current > freshMs) void refresh();
    };
    window.addEventListener('focus', onFocus);
    return () => window.removeEventListener('focus', onFocus);
  }, [answeredAt, refresh]);
}

function usePolling(active: boolean, refresh: () => Promise<void>): void {
  useEffect(() => {
    if (!active) return undefined;
    let stopped = false;
    let timer: ReturnType<typeof setTimeout>;
    const poll = async (): Promise<void> => {
      if (document.visibilityState === 'visible') await refresh();
      if (!stopped) plan();
    };
    const plan = (): void => {
      timer = setTimeout(() => void poll(), pollMs);
    };
    plan();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [active, refresh]);
}
