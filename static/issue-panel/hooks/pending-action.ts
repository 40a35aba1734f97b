import type { ActionView, ChangeView, RevisionView } from '#core/panel/view';

/** How a person resolves a change that needs attention. */
export type Resolution = 'succeeded' | 'failed' | 'rolled-back';

/** An action whose dialog is open, with the revision that was on the screen when it was opened. */
export interface PendingAction {
  readonly action: ActionView;
  readonly revision: RevisionView | null;
  /** The run that was on the screen, for an action that is about a run. */
  readonly running: ChangeView['running'];
}

/** What the dialog hands back. */
export interface DialogAnswer {
  readonly text: string;
  readonly outcome: Resolution | null;
}
