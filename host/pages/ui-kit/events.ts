import { useEffect, useRef, useState, type SyntheticEvent } from 'react';

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

/**
 * The value of a field that the app may control. Updates of the app come a moment later than the person types: an
 * echo of what was typed must not undo what was typed since, any other value wins.
 */
export function useFieldValue<T>(fromApp: T | undefined, initial: T): [T, (value: T) => void] {
  const [local, setLocal] = useState<T>(fromApp ?? initial);
  const sent = useRef<string[]>([]);
  const appValue = JSON.stringify(fromApp);
  const latest = useRef(fromApp);
  latest.current = fromApp;

  useEffect(() => {
    if (latest.current === undefined) return;
    const echo = sent.current.indexOf(appValue);
    if (echo >= 0) {
      sent.current = sent.current.slice(echo + 1);
      return;
    }
    sent.current = [];
    setLocal(latest.current);
  }, [appValue]);

  return [
    local,
    (value) => {
      if (latest.current !== undefined) sent.current.push(JSON.stringify(value));
      setLocal(value);
    },
  ];
}
