export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;
const [opens, closes] = [7 * 60, 18 * 60];

/** The next minute at which people work: Monday to Friday, 7 to 18 o'clock UTC. */
function atWork(ms: number): number {
  const weekday = new Date(ms).getUTCDay();
  const midnight = ms - (ms % dayMs);
  const minute = (ms - midnight) / minuteMs;
  if (weekday === 0 || weekday === 6 || minute >= closes) return atWork(midnight + dayMs + opens * minuteMs);
  return minute < opens ? midnight + opens * minuteMs : ms;
}

/** Some minutes later, and not before people are at work. Whole minutes. */
export function later(ms: number, minutes: number): number {
  const whole = ms - (ms % minuteMs);
  return atWork(whole + minutes * minuteMs);
}

/** As stored everywhere. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
