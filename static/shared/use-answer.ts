import { useEffect, useState } from 'react';
import type { Reply } from '#core/panel/contract';

/** What a resolver answered last, and what went wrong last, in words. Both null: it has not answered yet. */
export interface Answer<T> {
  readonly value: T | null;
  readonly problem: string | null;
}

/**
 * Asks a resolver when the component is shown, and again when `version` changes; meanwhile the last answer stays. `question`
 * must be the same function at every render.
 */
export function useAnswer<T>(question: () => Promise<Reply<T>>, version: string | number = ''): Answer<T> {
  const [value, setValue] = useState<T | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    const load = async (): Promise<void> => {
      const reply = await question();
      if (gone) return;
      if (reply.ok) setValue(reply.value);
      setProblem(reply.ok ? null : reply.error.message);
    };
    void load();
    return () => {
      gone = true;
    };
  }, [question, version]);
  return { value, problem };
}
