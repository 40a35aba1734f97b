import { useEffect, useState, useSyncExternalStore } from 'react';
import type { DraftView } from '#core/panel/view';
import { call } from '../../shared/bridge';
import { DraftKeeper, type DraftState } from './draft-keeper';

/** The draft of an issue with its keeper, which lives as long as the screen and follows fresh views. */
export function useDraft(issueId: string, stored: DraftView): { keeper: DraftKeeper; state: DraftState } {
  const [keeper] = useState(
    () =>
      new DraftKeeper(stored, {
        save: (baseVersion, content) => call('save-draft', { baseVersion, content }),
        stash: sessionStore(),
        stashKey: `query-change-draft-${issueId}`,
      }),
  );
  const state = useSyncExternalStore(keeper.subscribe, keeper.state);
  useEffect(() => keeper.adopt(stored), [keeper, stored]);
  useEffect(() => {
    const onHide = (): void => {
      if (document.visibilityState === 'hidden') {
        keeper.keep();
        void keeper.flush();
      }
    };
    document.addEventListener('visibilitychange', onHide);
    return () => {
      document.removeEventListener('visibilitychange', onHide);
      keeper.close();
    };
  }, [keeper]);
  return { keeper, state };
}

function sessionStore(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch {
    return undefined;
  }
}
