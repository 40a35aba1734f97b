import TextArea from '@atlaskit/textarea';
import { useId, type ReactNode } from 'react';

/** A labelled field of several lines; what is wrong with it is said below and tied to it. */
export function TextAreaField(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly help?: ReactNode;
  readonly problem?: string | null;
  readonly isDisabled?: boolean;
  readonly maxLength?: number;
  readonly isCode?: boolean;
}) {
  const id = useId();
  const { help, problem = null } = props;
  return (
    <div className="qa-field">
      <label className="qc-label" htmlFor={id}>
        {props.label}
      </label>
      <TextArea
        id={id}
        value={props.value}
        minimumRows={3}
        maxLength={props.maxLength}
        isInvalid={problem !== null}
        isDisabled={props.isDisabled ?? false}
        isMonospaced={props.isCode ?? false}
        spellCheck={props.isCode !== true}
        aria-describedby={`${id}-said`}
        onChange={(event) => props.onChange(event.target.value)}
      />
      <div id={`${id}-said`} className="qc-small">
        {problem === null ? (
          <span className="qc-subtle">{help}</span>
        ) : (
          <span className="qc-danger">{problem}</span>
        )}
      </div>
    </div>
  );
}
