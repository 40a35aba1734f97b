import { lazy, Suspense } from 'react';
import type { ChangeView } from '#core/panel/view';
import type { Actions } from '../hooks/use-actions';

const ActionDialog = lazy(() =>
  import('../components/action-dialog').then((module) => ({ default: module.ActionDialog })),
);

/** The open dialog of an action, if any; its code is loaded when the first one opens. */
export function Dialog({ view, actions }: { view: ChangeView; actions: Actions }) {
  const { pending } = actions;
  if (pending === null) return null;
  return (
    <Suspense fallback={null}>
      <ActionDialog
        key={pending.action.name}
        view={view}
        pending={pending}
        busy={actions.busy !== null}
        problem={actions.problem}
        onAnswer={(answer) => void actions.answer(answer)}
        onClose={actions.close}
      />
    </Suspense>
  );
}
