import Button from '@atlaskit/button/new';
import TextArea from '@atlaskit/textarea';
import { lazy, Suspense, useId, useState } from 'react';
import type { DraftContent } from '#core/change/content';
import { maxReasonLength } from '#core/limits';
import type { ConnectionView } from '#core/panel/view';
import type { DraftReview, ReviewedField } from '../hooks/use-draft-review';
import type { Structure } from '../hooks/use-structure';
import { ConnectionChoice } from './connection-choice';
import { ExportField } from './export-field';
import { RollbackChoice } from './rollback-choice';
import { RowBudgetField } from './row-budget-field';
import { SqlEditor } from './sql-editor';

const Review = lazy(() => import('./review').then((module) => ({ default: module.Review })));
const RollbackReview = lazy(() => import('./review').then((module) => ({ default: module.RollbackReview })));

/** What the fields of a draft share. */
export interface DraftFieldsProps {
  readonly content: DraftContent;
  readonly connections: readonly ConnectionView[];
  readonly mayEdit: boolean;
  readonly review: DraftReview;
  /** What is known of the database of the chosen connection; null: not asked yet. */
  readonly structure: Structure | null;
  /** Version of the stored draft when everything typed is in it; null while it is not. */
  readonly savedVersion: number | null;
  readonly onEdit: (change: Partial<DraftContent>) => void;
  readonly onSave: () => void;
  readonly onPrimary: () => void;
}

/** SQL, connection, row budget, verification, rollback and reason. */
export function DraftFields(props: DraftFieldsProps) {
  const { content, mayEdit, review, structure, onEdit, onSave } = props;
  const reason = useId();
  const { sql, connection } = content;
  return (
    <div className="qc-stack-wide">
      <SqlField
        {...props}
        label="SQL"
        value={sql}
        field={review.sql}
        placeholder="Paste the SQL to run"
        onChange={(text) => onEdit({ sql: text })}
      />
      <Suspense fallback={null}>
        <Review reviewed={review.sql.reviewed} sql={sql} structure={structure} />
      </Suspense>
      <ConnectionChoice
        connections={props.connections}
        value={connection}
        disabled={!mayEdit}
        onChange={(chosen) => {
          onEdit({ connection: chosen });
          onSave();
        }}
      />
      <ExportField {...props} />
      <RowBudgetField {...props} />
      <SqlField
        {...props}
        label="Verification"
        value={content.verification}
        placeholder="Optional: SELECT statements that must each return true"
        help="Each SELECT returns one row with one boolean. If one is not true before COMMIT, nothing is applied; all are asked again after COMMIT. They can change nothing."
        onChange={(verification) => onEdit({ verification })}
      />
      <RollbackChoice {...props}>
        <SqlField
          {...props}
          label="Rollback"
          value={content.rollback ?? ''}
          field={review.rollback}
          placeholder="SQL that undoes the change; it is approved together with it"
          onChange={(rollback) => onEdit({ rollback })}
        />
        <Suspense fallback={null}>
          <RollbackReview reviewed={review.rollback.reviewed} />
        </Suspense>
      </RollbackChoice>
      <div className="qc-stack-tight">
        <label className="qc-label" htmlFor={reason}>
          Reason
        </label>
        <TextArea
          id={reason}
          value={content.reason}
          maxLength={maxReasonLength}
          minimumRows={2}
          isReadOnly={!mayEdit}
          placeholder={mayEdit ? 'Why this change is needed' : ''}
          onChange={(event) => onEdit({ reason: event.target.value })}
          onBlur={onSave}
        />
      </div>
    </div>
  );
}

interface SqlFieldProps extends DraftFieldsProps {
  readonly label: string;
  readonly value: string;
  /** Absent where nothing is reviewed. */
  readonly field?: ReviewedField;
  readonly placeholder: string;
  readonly help?: string;
  readonly onChange: (text: string) => void;
}

function SqlField(props: SqlFieldProps) {
  const { label, value, mayEdit, onChange } = props;
  const [note, setNote] = useState('');
  const format = async (): Promise<void> => {
    const formatted = await import('../editor/format-sql')
      .then(({ formatSql }) => formatSql(value))
      .catch(() => undefined);
    setNote(formatted === undefined ? 'This SQL could not be formatted; it stays as you wrote it.' : '');
    if (formatted !== undefined) onChange(formatted);
  };
  return (
    <div className="qc-stack-tight">
      <div className="qc-row-between">
        <h3 className="qc-label">{label}</h3>
        {mayEdit && (
          <Button
            spacing="compact"
            appearance="subtle"
            onClick={() => void format()}
            testId={`format-${label}`}
            aria-label={`Format ${label}`}
          >
            Format
          </Button>
        )}
      </div>
      <SqlEditor
        label={label}
        value={value}
        readOnly={!mayEdit}
        placeholder={mayEdit ? props.placeholder : ''}
        names={props.structure?.names ?? null}
        {...(props.field ? { marks: props.field.marks, jump: props.field.jump } : {})}
        onChange={(text) => {
          setNote('');
          onChange(text);
        }}
        onBlur={props.onSave}
        onSave={props.onSave}
        onPrimary={props.onPrimary}
        onFormat={() => void format()}
      />
      {mayEdit && props.help !== undefined && <p className="qc-small qc-subtle">{props.help}</p>}
      {mayEdit && label === 'SQL' && (
        <p className="qc-small qc-subtle">
          Tab indents, Escape leaves the editor, Ctrl or ⌘ with Enter submits, with S saves.
        </p>
      )}
      <p role="status" className="qc-small qc-danger">
        {note}
      </p>
    </div>
  );
}
