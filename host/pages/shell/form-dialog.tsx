import { useId, useState, type FormEvent, type ReactNode } from 'react';
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

/** What Jira refused that belongs to no field on the screen. */
function generalProblems(refusal: unknown, ids: ReadonlySet<string>): readonly string[] {
  if (refusal === undefined) return [];
  if (!(refusal instanceof Refusal)) return [wordsOf(refusal)];
  const offScreen = Object.entries(refusal.fieldErrors).filter(([id]) => !ids.has(id));
  return [...refusal.messages, ...offScreen.map(([, text]) => text)];
}

function Problems({ texts }: { readonly texts: readonly string[] }) {
  if (texts.length === 0) return null;
  return (
    <SectionMessage appearance="error" title="Jira refused this">
      {texts.map((text) => (
        <p key={text} role="alert">
          {text}
        </p>
      ))}
    </SectionMessage>
  );
}

function CommentBox(props: { readonly value: string; readonly onChange: (text: string) => void }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>Comment</label>
      <TextArea
        id={id}
        value={props.value}
        minimumRows={3}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      />
    </div>
  );
}

function useForm(props: Props) {
  const { fields = [], initial = {} } = props;
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({});
  const [comment, setComment] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<unknown>();

  const submit = async (): Promise<void> => {
    setBusy(true);
    try {
      // What was empty before and is empty now is left alone.
      const filled = Object.fromEntries(
        Object.entries(drafts).filter(([id, draft]) => !isEmpty(draft) || initial[id] !== undefined),
      );
      await props.onSubmit(
        changedValues(fields, filled),
        comment.trim() === '' ? undefined : adfFromText(comment),
      );
      props.onClose();
    } catch (error) {
      setRefusal(error);
      setBusy(false);
    }
  };

  return {
    comment,
    setComment,
    busy,
    refusal,
    valueOf: (field: FieldMeta): Draft => {
      const id = fieldIdOf(field);
      return drafts[id] ?? draftOf(field, initial[id] ?? field.defaultValue);
    },
    change: (id: string, value: Draft): void => setDrafts((old) => ({ ...old, [id]: value })),
    onSubmit: (event: FormEvent): void => {
      event.preventDefault();
      void submit();
    },
  };
}

/** A dialog with the fields of a Jira screen; it stays open and says why when Jira refuses. */
export function FormDialog(props: Props) {
  const form = useForm(props);
  const fields = props.fields ?? [];
  const fieldErrors = form.refusal instanceof Refusal ? form.refusal.fieldErrors : {};
  return (
    <ModalDialog onClose={props.onClose} shouldScrollInViewport={false} label={props.title}>
      <form className="dialog-form" onSubmit={form.onSubmit} noValidate>
        <ModalHeader hasCloseButton>
          <ModalTitle>{props.title}</ModalTitle>
        </ModalHeader>
        <ModalBody>
          <Problems texts={generalProblems(form.refusal, new Set(fields.map(fieldIdOf)))} />
          {props.before}
          {fields.map((field) => (
            <FieldInput
              key={fieldIdOf(field)}
              field={field}
              projectKey={props.projectKey}
              value={form.valueOf(field)}
              error={fieldErrors[fieldIdOf(field)]}
              onChange={(value) => form.change(fieldIdOf(field), value)}
            />
          ))}
          {props.withComment === true ? <CommentBox value={form.comment} onChange={form.setComment} /> : null}
        </ModalBody>
        <ModalFooter>
          <Button appearance="subtle" onClick={props.onClose}>
            Cancel
          </Button>
          <Button
            appearance="primary"
            type="submit"
            isLoading={form.busy}
            isDisabled={props.fields === undefined}
          >
            {props.action}
          </Button>
        </ModalFooter>
      </form>
    </ModalDialog>
  );
}
