import { useState, type FormEvent, type ReactNode } from 'react';
import Button from '@atlaskit/button/new';
import ModalDialog, { ModalBody, ModalFooter, ModalHeader, ModalTitle } from '@atlaskit/modal-dialog';
import SectionMessage from '@atlaskit/section-message';
import TextArea from '@atlaskit/textarea';
import { adfFromText } from '../adf/from-text';
import { Refusal, wordsOf } from '../rest/http';
import type { AdfNode, FieldMeta } from '../rest/shapes';
import { draftOf, fieldIdOf, wireValue } from './field-draft';
import { FieldInput, type Draft } from './field-input';

interface Props {
  readonly title: string;
  readonly action: string;
  readonly projectKey: string;
  /** Undefined while they load. */
  readonly fields: readonly FieldMeta[] | undefined;
  readonly initial?: Readonly<Record<string, unknown>>;
  readonly before?: ReactNode;
  /** Adds a comment box, as transition screens have. */
  readonly withComment?: boolean;
  readonly onSubmit: (
    values: Readonly<Record<string, unknown>>,
    comment: AdfNode | undefined,
  ) => Promise<void>;
  readonly onClose: () => void;
}

const isEmpty = (draft: Draft): boolean => draft.length === 0;

function changedValues(
  fields: readonly FieldMeta[],
  drafts: Readonly<Record<string, Draft>>,
): Readonly<Record<string, unknown>> {
  const changed = fields.filter((field) => fieldIdOf(field) in drafts);
  return Object.fromEntries(
    changed.map((field) => [fieldIdOf(field), wireValue(field, drafts[fieldIdOf(field)] ?? '')]),
  );
}

/** A dialog with the fields of a Jira screen; it stays open and says why when Jira refuses. */
export function FormDialog(props: Props) {
  const { fields, initial = {} } = props;
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({});
  const [comment, setComment] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>();
  const fieldErrors = refusal instanceof Refusal ? refusal.fieldErrors : {};
  const ids = new Set((fields ?? []).map(fieldIdOf));
  const general =
    refusal instanceof Refusal
      ? [
          ...refusal.messages,
          ...Object.entries(fieldErrors).flatMap(([id, text]) => (ids.has(id) ? [] : [text])),
        ]
      : refusal === undefined
        ? []
        : [wordsOf(refusal)];

  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      const filled = Object.fromEntries(
        Object.entries(drafts).filter(([id, draft]) => !isEmpty(draft) || initial[id] !== undefined),
      );
      await props.onSubmit(
        changedValues(fields ?? [], filled),
        comment.trim() === '' ? undefined : adfFromText(comment),
      );
      props.onClose();
    } catch (error) {
      setRefusal(error);
      setBusy(false);
    }
  };

  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    void submit();
  };

  return (
    <ModalDialog onClose={props.onClose} shouldScrollInViewport={false} label={props.title}>
      <form className="dialog-form" onSubmit={onSubmit} noValidate>
        <ModalHeader hasCloseButton>
          <ModalTitle>{props.title}</ModalTitle>
        </ModalHeader>
        <ModalBody>
          {general.length > 0 ? (
            <SectionMessage appearance="error" title="Jira refused this">
              {general.map((text) => (
                <p key={text} role="alert">
                  {text}
                </p>
              ))}
            </SectionMessage>
          ) : null}
          {props.before}
          {(fields ?? []).map((field) => {
            const id = fieldIdOf(field);
            return (
              <FieldInput
                key={id}
                field={field}
                projectKey={props.projectKey}
                value={drafts[id] ?? draftOf(field, initial[id] ?? field.defaultValue)}
                error={fieldErrors[id]}
                onChange={(value) => setDrafts((old) => ({ ...old, [id]: value }))}
              />
            );
          })}
          {props.withComment === true ? (
            <div className="field">
              <label htmlFor="dialog-comment">Comment</label>
              <TextArea
                id="dialog-comment"
                value={comment}
                minimumRows={3}
                onChange={(e) => setComment(e.currentTarget.value)}
              />
            </div>
          ) : null}
        </ModalBody>
        <ModalFooter>
          <Button appearance="subtle" onClick={props.onClose}>
            Cancel
          </Button>
          <Button appearance="primary" type="submit" isLoading={busy} isDisabled={fields === undefined}>
            {props.action}
          </Button>
        </ModalFooter>
      </form>
    </ModalDialog>
  );
}
