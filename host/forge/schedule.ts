import type { Clock } from './clock';
import type { Manifest } from './manifest';

const INTERVAL_MS: Readonly<Record<string, number>> = {
  fiveMinute: 5 * 60_000,
  hour: 60 * 60_000,
  day: 24 * 60 * 60_000,
  week: 7 * 24 * 60 * 60_000,
};

/** Starts the timers of all scheduled triggers, first about five minutes after the start; returns stop. */
export function startSchedule(
  manifest: Manifest,
  clock: Clock,
  run: (moduleKey: string) => void,
): () => void {
  const cancels = new Map<string, () => void>();
  for (const module of manifest.modules['scheduledTrigger'] ?? []) {
    const interval = INTERVAL_MS[String(module['interval'])];
    if (interval === undefined) continue;
    const tick = (): void => {
      cancels.set(module.key, clock.after(interval, tick));
      run(module.key);
    };
    cancels.set(module.key, clock.after(5 * 60_000, tick));
  }
  return () => {
    for (const cancel of cancels.values()) cancel();
  };
}
