import Button from '@atlaskit/button/new';
import { clock } from '../../shared/format';
import type { DraftState } from '../hooks/draft-keeper';

/** Whether what was typed is stored, honestly. */
export function SaveState({ state, onRetry }: { state: DraftState; onRetry: () => void }) {
  return (
    <span className="qc-row">
      <span
        role="status"
        data-testid="save-state"
        className={state.phase === 'failed' ? 'qc-danger' : undefined}
      >
        {words(state)}
      </span>
      {state.phase === 'failed' && (
        <Button spacing="compact" onClick={onRetry}>
          Save again
        </Button>
      )}
    </span>
  );
}

function words(state: DraftState): string {
  switch (state.phase) {
    case 'saved':
      return state.base.savedAt === null ? 'Nothing typed yet' : `Saved ${clock(state.base.savedAt)}`;
    case 'unsaved':
      return 'Not saved yet';
    case 'saving':
      return 'Saving…';
    case 'failed':
      return `Not saved: ${state.problem ?? 'the app did not answer.'} Your text is kept in this browser tab.`;
    case 'conflict':
      return 'Not saved: somebody else changed the draft';
    default:
      return state.phase satisfies never;
  }
}
