import { useCallback, useEffect, useRef, useState } from 'react';
import type { AdminOverview } from '#core/panel/admin-contract';
import { adminCall } from '../bridge/admin-call';

/** A focus within this time of the last answer asks for nothing. */
const freshMs = 2_000;

/** The overview, fetched at the start, on request and when the page gets the focus again. */
export function useOverview() {
  const [overview, setOverview] = useState<AdminOverview | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const asked = useRef(0);
  const answeredAt = useRef(0);

  const show = useCallback((next: AdminOverview) => {
    // Answers asked for before this one are older than it.
    asked.current += 1;
    answeredAt.current = Date.now();
    setOverview(next);
    setProblem(null);
  }, []);

  const refresh = useCallback(async () => {
    const turn = (asked.current += 1);
    const reply = await adminCall('overview', {});
    if (turn !== asked.current) return;
    if (reply.ok) show(reply.value);
    else setProblem(reply.error.message);
  }, [show]);

  useEffect(() => void refresh(), [refresh]);
  useEffect(() => {
    const onFocus = (): void => {
      if (Date.now() - answeredAt.current > freshMs) void refresh();
    };
    window.addEventListener('focus', onFocus);
    return () => window.removeEventListener('focus', onFocus);
  }, [refresh]);
  return { overview, problem, show, refresh };
}
