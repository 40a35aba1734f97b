import { useCallback, useEffect, useRef, useState } from 'react';

/** What a page shows while and after it loads: the last good data stays while newer data is on its way. */
export interface Loaded<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly loading: boolean;
  readonly reload: () => void;
}

/** Loads data; loads again when `key` changes or `reload` is called. Late answers of older loads are dropped. */
export function useLoad<T>(key: string, load: () => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: unknown; loading: boolean }>({
    key,
    loading: true,
  });
  const latest = useRef(load);
  latest.current = load;
  const turn = useRef(0);

  const run = useCallback(() => {
    const mine = (turn.current += 1);
    setState((old) => (old.key === key ? { ...old, loading: true } : { key, loading: true }));
    latest.current().then(
      (data) => turn.current === mine && setState({ key, data, loading: false }),
      (error: unknown) =>
        turn.current === mine &&
        setState((old) => ({
          ...(old.data === undefined ? {} : { data: old.data }),
          key,
          error,
          loading: false,
        })),
    );
  }, [key]);

  useEffect(() => {
    run();
    return () => {
      turn.current += 1;
    };
  }, [run]);

  const current = state.key === key ? state : { loading: true };
  return {
    data: 'data' in current ? current.data : undefined,
    error: 'error' in current ? current.error : undefined,
    loading: current.loading,
    reload: run,
  };
}
