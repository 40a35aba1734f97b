import { useEffect } from 'react';

/** Mod-Enter anywhere on the page does the primary action; Mod-S saves, or does nothing, but never the browser's save. */
export function usePrimaryKey(onPrimary: () => void, onSave?: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      if (event.key === 'Enter' && document.querySelector('dialog[open]') === null) onPrimary();
      if (event.key.toLowerCase() === 's' && !event.shiftKey) {
        event.preventDefault();
        onSave?.();
      }
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [onPrimary, onSave]);
}
