import { useEffect, useState } from 'react';
import type { PanelValue } from '#core/panel/contract';
import { call } from '../../shared/bridge';

/** Most runs are over by then, and cost no call. Then the pause between two questions. Milliseconds. */
const askEveryMs = 3_000;

/** The executor's last word on a run. */
export interface ProgressSeen {
  readonly answer: PanelValue<'progress'>;
  /**
   * When this page saw this heartbeat for the first time, on its own clock: the executor's clock may be another one, so
   * ages are counted from here. Milliseconds since 1970.
   */
  readonly beatAt: number;
}

/**
 * Asks how far a run is, while the page is visible. There is no event that would tell: the executor speaks to the app only
 * when it has a receipt, and a question per look of a person is cheaper than a message per second of every run.
 */
export function useProgress(run: string): ProgressSeen | null {
  const [seen, setSeen] = useState<ProgressSeen | null>(null);
  useEffect(() => {
    let stopped = false;
    let timer: ReturnType<typeof setTimeout>;
    setSeen(null);
    const ask = async (): Promise<void> => {
      if (document.visibilityState === 'visible') {
        const reply = await call('progress', {});
        if (stopped) return;
        if (reply.ok) setSeen((before) => newer(before, reply.value));
      }
      plan();
    };
    const plan = (): void => {
      timer = setTimeout(() => void ask(), askEveryMs);
    };
    plan();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [run]);
  return seen;
}

/** Keeps what is known while the executor is silent, and the moment of a heartbeat that has not moved. */
function newer(before: ProgressSeen | null, answer: PanelValue<'progress'>): ProgressSeen {
  const known = answer.progress ?? before?.answer.progress ?? null;
  const same = known?.heartbeatAt === before?.answer.progress?.heartbeatAt;
  const beatAt = same && before ? before.beatAt : Date.now();
  return { answer: { ...answer, progress: known }, beatAt };
}
