import { useCallback, useState } from 'react';
import type { Reply } from '#core/panel/contract';

/** One place on the page that calls the app: what it is doing, and why the last call was refused. */
export interface Attempt<Name extends string> {
  readonly busy: Name | null;
  readonly problem: string | null;
  /** Makes a call; its value, or undefined after a refusal, which is then in `problem`. */
  readonly attempt: <T>(name: Name, send: () => Promise<Reply<T>>) => Promise<T | undefined>;
  readonly complain: (problem: string | null) => void;
}

/** Nothing is shown as done before the app says so, and a refusal leaves what was typed. */
export function useAttempt<Name extends string>(): Attempt<Name> {
  const [busy, setBusy] = useState<Name | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const attempt = useCallback(async <T>(name: Name, send: () => Promise<Reply<T>>) => {
    setBusy(name);
    setProblem(null);
    const reply = await send();
    setBusy(null);
    if (reply.ok) return reply.value;
    setProblem(reply.error.message);
    return undefined;
  }, []);
  return { busy, problem, attempt, complain: setProblem };
}
