import Button from '@atlaskit/button/new';
import type { DraftState } from '../hooks/draft-keeper';

/** After a conflict: the version that was not chosen is still here. */
export function SetAside({ state, onBringBack }: { state: DraftState; onBringBack: () => void }) {
  if (state.setAside === null) return null;
  const whose = state.setAside.whose === 'mine' ? 'Your version' : 'Their version';
  return (
    <div className="qc-row qc-small" role="status">
      <span>{whose} was set aside and is kept until you leave this page.</span>
      <Button spacing="compact" onClick={onBringBack} testId="bring-back">
        Bring it back
      </Button>
    </div>
  );
}
