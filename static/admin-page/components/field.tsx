import Textfield from '@atlaskit/textfield';
import { useId, type ReactNode } from 'react';

/** A labelled text field; what is wrong with it is said below and tied to it. */
export function Field(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly help?: ReactNode;
  readonly problem?: string | null;
  readonly isDisabled?: boolean;
  readonly placeholder?: string;
  readonly type?: 'text' | 'url';
}) {
  const id = useId();
  const { help, problem = null } = props;
  return (
    <div className="qa-field">
      <label className="qc-label" htmlFor={id}>
        {props.label}
      </label>
      <Textfield
        id={id}
        type={props.type ?? 'text'}
        value={props.value}
        placeholder={props.placeholder ?? ''}
        isInvalid={problem !== null}
        isDisabled={props.isDisabled ?? false}
        autoComplete="off"
        spellCheck={false}
        aria-describedby={`${id}-said`}
        onChange={(event) => props.onChange(event.currentTarget.value)}
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
