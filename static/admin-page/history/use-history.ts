import { useCallback, useEffect, useRef, useState } from 'react';
import type { SettingsEntry } from '#core/panel/admin-contract';
import { adminCall } from '../bridge/admin-call';

/** The settings ledger, a stretch at a time, newest first. What is shown stays when a further stretch is refused. */
export function useHistory() {
  const [entries, setEntries] = useState<readonly SettingsEntry[] | null>(null);
  const [more, setMore] = useState(false);
  const [chainProblem, setChainProblem] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const gone = useRef(false);

  const load = useCallback(async (shown: readonly SettingsEntry[], broken: string | null) => {
    setBusy(true);
    const reply = await adminCall('settings-history', { before: shown.at(-1)?.seq ?? null });
    if (gone.current) return;
    setBusy(false);
    setProblem(reply.ok ? null : reply.error.message);
    if (!reply.ok) return;
    setEntries([...shown, ...reply.value.entries]);
    setMore(reply.value.more);
    setChainProblem(broken ?? reply.value.problem);
  }, []);

  useEffect(() => {
    gone.current = false;
    void load([], null);
    return () => {
      gone.current = true;
    };
  }, [load]);
  const older = useCallback(async () => load(entries ?? [], chainProblem), [load, entries, chainProblem]);
  const reload = useCallback(async () => load([], null), [load]);
  return { entries, more, chainProblem, problem, busy, older, reload };
}
