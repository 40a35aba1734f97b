import Textfield from '@atlaskit/textfield';
import { useId } from 'react';
import { rowBudgetProblem, type DraftContent } from '#core/change/content';

/** How many rows the change may affect; what the author types is kept as typed, and said when it is no number. */
export function RowBudgetField(props: {
  readonly content: DraftContent;
  readonly mayEdit: boolean;
  readonly onEdit: (change: Partial<DraftContent>) => void;
  readonly onSave: () => void;
}) {
  const { content, mayEdit, onEdit, onSave } = props;
  const id = useId();
  const problem = rowBudgetProblem(content.rowBudget);
  return (
    <div className="qc-stack-tight">
      <label className="qc-label" htmlFor={id}>
        At most this many rows (optional)
      </label>
      <Textfield
        id={id}
        value={content.rowBudget}
        width="small"
        inputMode="numeric"
        maxLength={20}
        autoComplete="off"
        isReadOnly={!mayEdit}
        isInvalid={problem !== null}
        aria-describedby={`${id}-said`}
        onChange={(event) => onEdit({ rowBudget: event.currentTarget.value })}
        onBlur={onSave}
      />
      <p id={`${id}-said`} className={`qc-small ${problem === null ? 'qc-subtle' : 'qc-danger'}`}>
        {problem ??
          'If the change affects more rows, counting triggers, cascades, TRUNCATE and DROP, it is rolled back. Empty: any number.'}
      </p>
    </div>
  );
}
