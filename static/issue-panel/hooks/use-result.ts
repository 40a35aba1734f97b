import { useEffect, useState } from 'react';
import type { OutcomeView } from '#core/panel/view';
import type { ResultBody } from '#core/protocol/receipt';
import { call } from '../../shared/bridge';

/** Rows and server messages of an execution, fetched once when there are any and this viewer may see them. */
export function useResult(outcome: OutcomeView): { result: ResultBody | null; problem: string | null } {
  const [result, setResult] = useState<ResultBody | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const { kind, receiptSha256 } = outcome;
  const wanted = outcome.hasResult && outcome.resultRefusal === null;
  useEffect(() => {
    setResult(null);
    setProblem(null);
    if (!wanted) return undefined;
    let gone = false;
    const load = async (): Promise<void> => {
      const reply = await call('result', { kind });
      if (gone) return;
      if (reply.ok) setResult(reply.value);
      else setProblem(reply.error.message);
    };
    void load();
    return () => {
      gone = true;
    };
  }, [kind, receiptSha256, wanted]);
  return { result, problem };
}
