import type { FocusEvent, FormEvent } from 'react';
import AkTextArea from '@atlaskit/textarea';
import AkTextfield from '@atlaskit/textfield';
import type { PropsOf } from './coverage';
import { eventOf, useFieldValue } from './events';
import { draw, useTell, type Drawn } from './nodes';
import type { AppFunction } from './props';

interface Listeners {
  readonly onBlur?: AppFunction;
  readonly onFocus?: AppFunction;
}

/** Focus and blur of a field, told to the app as plain events. */
export function useFocus({ onBlur, onFocus }: Listeners) {
  const tell = useTell();
  return {
    onBlur: (event: FocusEvent) => void tell(onBlur, eventOf(event)),
    onFocus: (event: FocusEvent) => void tell(onFocus, eventOf(event)),
  };
}

/** The value of a text field, and what is told to the app when the person types. */
function useText(props: PropsOf<'TextArea'> | PropsOf<'Textfield'>) {
  const tell = useTell();
  const [value, setValue] = useFieldValue(
    props.value === undefined ? undefined : String(props.value),
    String(props.defaultValue ?? ''),
  );
  return {
    value,
    onChange: (event: FormEvent<HTMLInputElement | HTMLTextAreaElement>) => {
      setValue(event.currentTarget.value, tell(props.onChange, eventOf(event)));
    },
  };
}

/** One line of text. */
export function Textfield({ props }: Drawn<'Textfield'>) {
  const { elemAfterInput, elemBeforeInput, value: _, defaultValue: __, 'aria-invalid': ___, ...rest } = props;
  return (
    <AkTextfield
      {...rest}
      {...useText(props)}
      {...useFocus(props)}
      {...(elemAfterInput === undefined
        ? {}
        : { elemAfterInput: <span className="uk-after">{draw(elemAfterInput)}</span> })}
      {...(elemBeforeInput === undefined
        ? {}
        : { elemBeforeInput: <span className="uk-before">{draw(elemBeforeInput)}</span> })}
    />
  );
}

/** Several lines of text. */
export function TextArea({ props }: Drawn<'TextArea'>) {
  const { value: _, defaultValue: __, 'aria-invalid': ___, ...rest } = props;
  return <AkTextArea {...rest} {...useText(props)} {...useFocus(props)} />;
}

/** A number between two ends; the app gets the number itself. */
export function Range({ props }: Drawn<'Range'>) {
  const tell = useTell();
  const { min = 0, max = 100, step = 0.1, id, name, isDisabled = false } = props;
  const [value, setValue] = useFieldValue(props.value, props.defaultValue ?? 50);
  return (
    <input
      {...useFocus(props)}
      className="uk-range"
      type="range"
      aria-labelledby={props['aria-labelledby']}
      {...{ id, name, min, max, step, value, disabled: isDisabled }}
      onChange={({ target }) => {
        setValue(target.valueAsNumber, tell(props.onChange, target.valueAsNumber));
      }}
    />
  );
}
