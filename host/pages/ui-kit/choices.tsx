import { useId, type ChangeEvent } from 'react';
import AkCheckbox from '@atlaskit/checkbox';
import AkSelect from '@atlaskit/select';
import type { PropsOf } from './coverage';
import { eventOf, useFieldValue } from './events';
import { useFocus } from './fields';
import { useTell, type Drawn } from './nodes';

/** Whether a box is ticked; the app gets the event with `target.checked`. */
function useChecked(props: PropsOf<'Checkbox'> | PropsOf<'Toggle'>) {
  const tell = useTell();
  const [isChecked, setChecked] = useFieldValue(props.isChecked, props.defaultChecked ?? false);
  return {
    isChecked,
    onChange: (event: ChangeEvent<HTMLInputElement>) => {
      setChecked(event.target.checked, tell(props.onChange, eventOf(event)));
    },
  };
}

/** One choice. */
export function Checkbox({ props }: Drawn<'Checkbox'>) {
  const { 'aria-invalid': _, defaultChecked: __, label, ...rest } = props;
  return (
    <AkCheckbox
      {...rest}
      {...useChecked(props)}
      {...useFocus(props)}
      {...(label === undefined ? {} : { label: String(label) })}
    />
  );
}

/** A switch. */
export function Toggle({ props }: Drawn<'Toggle'>) {
  const { isChecked, onChange } = useChecked(props);
  return (
    <input
      {...useFocus(props)}
      className="uk-toggle"
      data-size={props.size ?? 'regular'}
      type="checkbox"
      role="switch"
      id={props.id}
      name={props.name}
      value={props.value}
      checked={isChecked}
      disabled={props.isDisabled ?? false}
      aria-label={props.label}
      aria-labelledby={props['aria-labelledby']}
      onChange={onChange}
    />
  );
}

/** Several boxes under one name; the app gets the list of values. */
export function CheckboxGroup({ props }: Drawn<'CheckboxGroup'>) {
  const tell = useTell();
  const [values, setValues] = useFieldValue(props.value, props.defaultValue ?? []);
  function change(value: string, isChecked: boolean): void {
    const next = isChecked ? [...values, value] : values.filter((one) => one !== value);
    setValues(next, tell(props.onChange, next));
  }
  return (
    <div className="uk-choices" role="group">
      {props.options.map(({ label, value, isDisabled = false }) => (
        <AkCheckbox
          key={value}
          name={props.name}
          value={value}
          label={label}
          isDisabled={isDisabled || (props.isDisabled ?? false)}
          isChecked={values.includes(value)}
          onChange={(event) => change(value, event.target.checked)}
        />
      ))}
    </div>
  );
}

/** One of several; the app gets the event of the button that was chosen. */
export function RadioGroup({ props }: Drawn<'RadioGroup'>) {
  const tell = useTell();
  const own = useId();
  const [chosen, setChosen] = useFieldValue<string | null>(props.value, props.defaultValue ?? null);
  const focus = useFocus(props);
  return (
    <div
      className="uk-choices"
      role="radiogroup"
      id={props.id}
      aria-labelledby={props['aria-labelledby']}
      aria-required={props.isRequired}
      aria-invalid={props.isInvalid}
      {...focus}
    >
      {props.options.map(({ label, value, name, isDisabled = false }) => (
        <label key={value} className="uk-radio">
          <input
            type="radio"
            name={name ?? props.name ?? own}
            value={value}
            checked={chosen === value}
            disabled={isDisabled || (props.isDisabled ?? false)}
            onChange={(event) => {
              setChosen(value, tell(props.onChange, eventOf(event)));
            }}
          />
          {label}
        </label>
      ))}
    </div>
  );
}

type Option = NonNullable<PropsOf<'Select'>['options']>[number];
type Chosen = Option | readonly Option[] | null;

/** One of a list, or several; the app gets the option itself, or the list of options. */
export function Select({ props }: Drawn<'Select'>) {
  const tell = useTell();
  const { id, inputId, options = [], isMulti = false, 'aria-invalid': _, defaultValue, ...rest } = props;
  const [value, setValue] = useFieldValue<Chosen>(
    props.value as Chosen | undefined,
    (defaultValue ?? null) as Chosen,
  );
  const field = inputId ?? id;
  return (
    <AkSelect<Option, boolean>
      {...rest}
      {...useFocus(props)}
      {...(field === undefined ? {} : { inputId: field })}
      isMulti={isMulti}
      options={options}
      value={value}
      menuPosition="fixed"
      onChange={(next) => {
        setValue(next, tell(props.onChange, next));
      }}
    />
  );
}
