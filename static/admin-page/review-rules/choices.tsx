import Checkbox from '@atlaskit/checkbox';

/** Several of a few; none is any. */
export function Choices<T extends string>(props: {
  readonly label: string;
  readonly all: readonly T[];
  readonly chosen: readonly T[];
  readonly onChange: (chosen: readonly T[]) => void;
}) {
  const { all, chosen } = props;
  return (
    <fieldset className="qa-choices">
      <legend className="qc-label">{props.label}</legend>
      <div className="qc-row">
        {all.map((one) => (
          <Checkbox
            key={one}
            label={one}
            isChecked={chosen.includes(one)}
            onChange={(event) => {
              const { checked } = event.currentTarget;
              props.onChange(all.filter((other) => (other === one ? checked : chosen.includes(other))));
            }}
          />
        ))}
      </div>
      <span className="qc-small qc-subtle">None chosen: any.</span>
    </fieldset>
  );
}
