import { lazy, Suspense, type ReactNode, useId, useState } from 'react';
import type { DraftContent } from '#core/change/content';

const PlanPreview = lazy(() => import('./rollback-plan').then((module) => ({ default: module.PlanPreview })));

type Way = 'written' | 'automatic' | 'none';

const labels: Readonly<Record<Way, string>> = {
  written: 'With rollback SQL',
  automatic: 'Let the executor undo it',
  none: 'There is no rollback',
};

/** How the change can be undone; `children` is the field for rollback SQL. */
export function RollbackChoice(props: {
  readonly content: DraftContent;
  readonly mayEdit: boolean;
  /** Version of the stored draft when everything typed is in it; null while it is not. */
  readonly savedVersion: number | null;
  readonly onEdit: (change: Partial<DraftContent>) => void;
  readonly onSave: () => void;
  readonly children: ReactNode;
}) {
  const { content, mayEdit, onEdit, onSave } = props;
  const name = useId();
  const [written, setWritten] = useState('');
  const way: Way = content.automaticRollback ? 'automatic' : content.rollback === null ? 'none' : 'written';
  const choose = (chosen: Way): void => {
    // What was written comes back when the author changes their mind.
    if (content.rollback !== null) setWritten(content.rollback);
    const rollback = chosen === 'written' ? (content.rollback ?? written) : null;
    onEdit({ rollback, automaticRollback: chosen === 'automatic' });
    onSave();
  };
  return (
    <fieldset className="qc-fieldset qc-stack-tight">
      <legend className="qc-label">How can it be undone?</legend>
      <div className="qc-row">
        {(['written', 'automatic', 'none'] as const).map((one) => (
          <label className="qc-choice" key={one}>
            <input
              type="radio"
              name={name}
              checked={way === one}
              disabled={!mayEdit}
              onChange={() => choose(one)}
            />
            {labels[one]}
          </label>
        ))}
      </div>
      {way === 'none' && (
        <p className="qc-subtle">Approvers see that this change cannot be undone from the issue.</p>
      )}
      {way === 'automatic' && (
        <Suspense fallback={<p className="qc-subtle">Asking the executor…</p>}>
          <PlanPreview savedVersion={props.savedVersion} />
        </Suspense>
      )}
      {way === 'written' && props.children}
    </fieldset>
  );
}
