import { useLayoutEffect, useRef, useState, type SyntheticEvent } from 'react';

/** An event as an app may read it: plain data, since the app is in another frame (`Event` of `@forge/react`). */
export function eventOf(event: SyntheticEvent): object {
  const target = event.target as Partial<HTMLInputElement>;
  return {
    type: event.type,
    bubbles: event.bubbles,
    cancelable: event.cancelable,
    defaultPrevented: event.defaultPrevented,
    eventPhase: event.eventPhase,
    isTrusted: event.isTrusted,
    timeStamp: event.timeStamp,
    target: {
      value: target.value,
      checked: target.checked,
      name: target.name,
      id: target.id,
      tagName: target.tagName,
      type: target.type,
    },
  };
}

/** How long the app may take to describe what it made of the last change, after its function has returned. */
const SETTLED_MS = 100;

/**
 * The value of a field that the app may control. The app answers a moment later than the person types, and what it
 * says about an earlier change must not undo the later ones: its value counts once all changes have reached it.
 * `change` takes the new value and when the app's function for it has returned.
 */
export function useFieldValue<T>(
  fromApp: T | undefined,
  initial: T,
): [T, (value: T, told: Promise<void>) => void] {
  const [local, setLocal] = useState<T>(fromApp ?? initial);
  const onTheirWay = useRef(0);
  const missed = useRef(false);
  const latest = useRef(fromApp);
  latest.current = fromApp;
  const appValue = JSON.stringify(fromApp);

  useLayoutEffect(() => {
    if (latest.current === undefined) return;
    if (onTheirWay.current > 0) missed.current = true;
    else setLocal(latest.current);
  }, [appValue]);

  function settle(): void {
    if (onTheirWay.current > 0 || !missed.current || latest.current === undefined) return;
    missed.current = false;
    setLocal(latest.current);
  }
  async function change(value: T, told: Promise<void>): Promise<void> {
    setLocal(value);
    missed.current = false;
    onTheirWay.current += 1;
    await told;
    onTheirWay.current -= 1;
    setTimeout(settle, SETTLED_MS);
  }
  return [local, (value, told) => void change(value, told)];
}
