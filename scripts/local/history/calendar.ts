export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;
const [opens, closes] = [7 * 60, 18 * 60];

/** People come to what waited for them within this many minutes of the morning. */
const morning = 47;

/** The next minute at which people work: Monday to Friday, 7 to 18 o'clock UTC. */
function atWork(ms: number): number {
  const weekday = new Date(ms).getUTCDay();
  const midnight = ms - (ms % dayMs);
  const minute = (ms - midnight) / minuteMs;
  const arrives = (opens + ((ms / minuteMs) % morning)) * minuteMs;
  if (weekday === 0 || weekday === 6 || minute >= closes) return atWork(midnight + dayMs + arrives);
  return minute < opens ? midnight + arrives : ms;
}

/** Some minutes later, and not before people are at work. Whole minutes. */
export function later(ms: number, minutes: number): number {
  const whole = ms - (ms % minuteMs);
  return atWork(whole + minutes * minuteMs);
}

/** As stored everywhere. */
export const isoTime = (ms: number): string => new Date(ms).toISOString();
