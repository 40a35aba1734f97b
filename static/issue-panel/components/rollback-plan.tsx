import SectionMessage from '@atlaskit/section-message';
import { useEffect, useState } from 'react';
import type { RollbackPlan } from '#core/change/rollback-plan';
import { call } from '../../shared/bridge';
import { count, size } from '../../shared/format';

type Answer =
  | { readonly kind: 'plan'; readonly plan: RollbackPlan }
  | { readonly kind: 'refusal' | 'later' | 'unknown'; readonly words: string };

type Entry = RollbackPlan['statements'][number];

const kept: Readonly<Record<Entry['action'], string>> = {
  insert: 'removes the rows that were inserted into',
  update: 'gives the old values back to the changed rows of',
  delete: 'inserts the deleted rows again into',
};

/** How the executor undoes a change, as the digest has it. */
export function PlanText({ plan }: { plan: RollbackPlan }) {
  return (
    <div className="qc-stack-tight" data-testid="rollback-plan">
      <p>
        The executor keeps each changed row as it was, for {count(plan.keepHours, 'hour', 'hours')}. Roll
        back, last statement first:
      </p>
      <ul>
        {plan.statements.toReversed().map((entry) => (
          <li key={entry.index}>
            {kept[entry.action]}{' '}
            <code className="qc-code">
              {entry.table.schema}.{entry.table.name}
            </code>{' '}
            (statement {entry.index + 1}; {columns(entry)}; found by {entry.key.join(', ')})
          </li>
        ))}
      </ul>
      <p className="qc-small qc-subtle">
        If one of the rows was changed meanwhile, nothing is rolled back and those rows are listed. A change
        of more than {count(plan.maxRows, 'row', 'rows')} or {size(plan.maxBytes)} is not applied.
      </p>
    </div>
  );
}

function columns({ action, columns: names }: Entry): string {
  return action === 'update' ? names.join(', ') : count(names.length, 'column', 'columns');
}

/** Asks the executor what it would do for the stored draft, and shows it, or why there is no way. */
export function PlanPreview({ savedVersion }: { savedVersion: number | null }) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  useEffect(() => {
    if (savedVersion === null) return undefined;
    let current = true;
    const show = async (): Promise<void> => {
      const got = await ask(savedVersion);
      if (current) setAnswer(got);
    };
    void show();
    return () => {
      current = false;
    };
  }, [savedVersion]);
  return (
    <div role="status" className="qc-stack-tight">
      {answer === null && <p className="qc-subtle">Asking the executor how it would undo this…</p>}
      {answer?.kind === 'later' && (
        <p className="qc-subtle">The executor is asked when the draft is complete. {answer.words}</p>
      )}
      {answer?.kind === 'unknown' && <p className="qc-danger">{answer.words}</p>}
      {answer?.kind === 'refusal' && (
        <SectionMessage appearance="warning">
          <p data-testid="rollback-refusal">{answer.words} Write the rollback, or say that there is none.</p>
        </SectionMessage>
      )}
      {answer?.kind === 'plan' && <PlanText plan={answer.plan} />}
    </div>
  );
}

async function ask(version: number): Promise<Answer> {
  const reply = await call('preflight', { version });
  if (!reply.ok) {
    const { code, message } = reply.error;
    return code === 'incomplete' || code === 'conflict'
      ? { kind: 'later', words: message }
      : { kind: 'unknown', words: message };
  }
  const { rollbackPlan, rollbackRefusal, refusal } = reply.value;
  if (rollbackPlan !== null) return { kind: 'plan', plan: rollbackPlan };
  return { kind: 'refusal', words: refusal ?? rollbackRefusal ?? 'The executor has no plan to undo this.' };
}
