import Button from '@atlaskit/button/new';
import Heading from '@atlaskit/heading';
import SectionMessage from '@atlaskit/section-message';
import TextArea from '@atlaskit/textarea';
import {
  useEffect,
  useId,
  useRef,
  useState,
  type FormEvent,
  type KeyboardEvent,
  type RefObject,
} from 'react';
import { maxReasonLength } from '#core/limits';
import type { ChangeView } from '#core/panel/view';
import type { DialogAnswer, PendingAction, Resolution } from '../hooks/pending-action';
import { dialogText, type DialogText } from './dialog-text';

const resolutions: readonly { readonly value: Resolution; readonly label: string }[] = [
  { value: 'succeeded', label: 'The change was applied (Succeeded)' },
  { value: 'failed', label: 'Nothing was applied (Failed)' },
  { value: 'rolled-back', label: 'It was applied and rolled back (Rolled back)' },
];

/**
 * Asks for the reason, comment or confirmation of an action. A native dialog: it keeps focus inside, closes on
 * Escape, needs no style element, and stands near the button that opened it, since a Forge frame is as tall as its
 * content and its middle may be out of sight.
 */
export function ActionDialog(props: {
  readonly view: ChangeView;
  readonly pending: PendingAction;
  readonly busy: boolean;
  readonly problem: string | null;
  readonly onAnswer: (answer: DialogAnswer) => void;
  readonly onClose: () => void;
}) {
  const { pending, busy, onClose } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const text = dialogText(pending, props.view);
  const { typed, setTyped, outcome, setOutcome, complaint, submit } = useAnswer(text, busy, props.onAnswer);
  useOpenOnce(dialog);
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) submit();
  };

  return (
    <dialog
      ref={dialog}
      className="qc-dialog"
      aria-labelledby={`${id}-title`}
      onCancel={(event) => {
        event.preventDefault();
        if (!busy) onClose();
      }}
      onKeyDown={onKeyDown}
      data-testid={`dialog-${pending.action.name}`}
    >
      <form onSubmit={submit} className="qc-stack" noValidate>
        <Heading size="small" as="h2" id={`${id}-title`}>
          {text.title}
        </Heading>
        <div className="qc-stack-tight">{text.body}</div>
        {text.outcome && <OutcomeChoice value={outcome} onChange={setOutcome} />}
        {text.field !== null && (
          <ReasonField
            id={id}
            label={text.field}
            value={typed}
            isInvalid={complaint !== null}
            isDisabled={busy}
            onChange={setTyped}
          />
        )}
        <p id={`${id}-complaint`} role="alert" className="qc-danger qc-small">
          {complaint}
        </p>
        {props.problem !== null && (
          <SectionMessage appearance="error">
            <p>{props.problem}</p>
          </SectionMessage>
        )}
        <Buttons text={text} busy={busy} onClose={onClose} />
      </form>
    </dialog>
  );
}

/** What was typed and chosen, and a submit that complains about what is missing. */
function useAnswer(text: DialogText, busy: boolean, onAnswer: (answer: DialogAnswer) => void) {
  const [typed, setTyped] = useState('');
  const [outcome, setOutcome] = useState<Resolution | null>(null);
  const [complaint, setComplaint] = useState<string | null>(null);
  const submit = (event?: FormEvent): void => {
    event?.preventDefault();
    if (busy) return;
    const missing = missingPart(text, typed, outcome);
    setComplaint(missing);
    if (missing === null) onAnswer({ text: typed.trim(), outcome });
  };
  return { typed, setTyped, outcome, setOutcome, complaint, submit };
}

function useOpenOnce(dialog: RefObject<HTMLDialogElement>): void {
  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
  }, [dialog]);
}

function ReasonField(props: {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  readonly isInvalid: boolean;
  readonly isDisabled: boolean;
  readonly onChange: (text: string) => void;
}) {
  return (
    <div className="qc-stack-tight">
      <label className="qc-label" htmlFor={`${props.id}-text`}>
        {props.label}
      </label>
      <TextArea
        id={`${props.id}-text`}
        value={props.value}
        maxLength={maxReasonLength}
        minimumRows={3}
        isInvalid={props.isInvalid}
        isDisabled={props.isDisabled}
        aria-describedby={`${props.id}-complaint`}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </div>
  );
}

function Buttons({ text, busy, onClose }: { text: DialogText; busy: boolean; onClose: () => void }) {
  return (
    <div className="qc-row qc-row-end">
      <Button appearance="subtle" onClick={onClose} isDisabled={busy}>
        Back
      </Button>
      <Button
        type="submit"
        appearance={text.danger ? 'danger' : 'primary'}
        isLoading={busy}
        testId="dialog-confirm"
      >
        {text.confirm}
      </Button>
    </div>
  );
}

function missingPart(text: DialogText, typed: string, outcome: Resolution | null): string | null {
  if (text.outcome && outcome === null) return 'Choose what happened.';
  return text.required && typed.trim() === '' ? 'A reason is required.' : null;
}

function OutcomeChoice(props: { value: Resolution | null; onChange: (value: Resolution) => void }) {
  return (
    <fieldset className="qc-fieldset">
      <legend className="qc-label">What does the executor&apos;s ledger say?</legend>
      {resolutions.map(({ value, label }) => (
        <label key={value} className="qc-choice">
          <input
            type="radio"
            name="outcome"
            value={value}
            checked={props.value === value}
            onChange={() => props.onChange(value)}
          />
          {label}
        </label>
      ))}
    </fieldset>
  );
}
