import { useEffect, useState } from 'react';

/** Often enough for ages in minutes, milliseconds. */
const tickMs = 30_000;

/** The time, milliseconds since 1970, looked at again every half minute. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), tickMs);
    return () => clearInterval(timer);
  }, []);
  return now;
}
