import Textfield from '@atlaskit/textfield';
import { useEffect, useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import { useSearch, type Option } from '../hooks/use-search';

/**
 * A text field with matches below it (ARIA combobox with a list box). The list stands in the flow of the page: the frame
 * is as tall as its content, and a list that floats would be cut off at its end.
 */
export function Picker<T>(props: {
  readonly label: string;
  /** What is chosen, as it is shown; empty: nothing. */
  readonly chosen: string;
  readonly search: (query: string) => Promise<Option<T>[]>;
  readonly onChoose: (value: T) => void;
  readonly help?: ReactNode;
  readonly isDisabled?: boolean;
}) {
  const { chosen, onChoose } = props;
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const { options, problem, searching } = useSearch(typed, props.search);
  const open = typed !== null;
  const enabled = options.filter((option) => option.why === null);
  const current = enabled[Math.min(active, enabled.length - 1)];
  useEffect(() => setActive(0), [options]);

  const choose = (option: Option<T>): void => {
    if (option.why !== null) return;
    onChoose(option.value);
    setTyped(null);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      if (open) setActive((now) => (now + step + enabled.length) % Math.max(1, enabled.length));
      else setTyped('');
    } else if (event.key === 'Enter' && open) {
      event.preventDefault();
      if (current) choose(current);
    } else if (event.key === 'Escape' && open) {
      event.preventDefault();
      setTyped(null);
    }
  };
  return (
    <div className="qa-field">
      <label className="qc-label" htmlFor={id}>
        {props.label}
      </label>
      <Textfield
        id={id}
        role="combobox"
        aria-expanded={open && options.length > 0}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={open && current ? `${id}-${current.key}` : undefined}
        aria-describedby={`${id}-help`}
        autoComplete="off"
        spellCheck={false}
        placeholder="Type to search"
        value={typed ?? chosen}
        isDisabled={props.isDisabled ?? false}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onClick={() => setTyped((now) => now ?? '')}
        onBlur={() => setTyped(null)}
        onKeyDown={onKeyDown}
      />
      {open && options.length > 0 && (
        <ul id={`${id}-list`} role="listbox" aria-label={props.label} className="qa-options">
          {options.map((option) => (
            <li
              key={option.key}
              id={`${id}-${option.key}`}
              role="option"
              aria-selected={option === current}
              aria-disabled={option.why !== null}
              // The field keeps the focus, else it would close the list before the click.
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(option)}
            >
              {option.label}
              {option.why !== null && <span className="qc-small qa-option-why">{option.why}</span>}
            </li>
          ))}
        </ul>
      )}
      <div id={`${id}-help`} className="qc-small qc-subtle" role="status">
        {status({ open, searching, problem, found: options.length }) ?? props.help}
      </div>
    </div>
  );
}

function status(now: { open: boolean; searching: boolean; problem: string | null; found: number }) {
  if (!now.open) return null;
  if (now.problem !== null) return <span className="qc-danger">{now.problem}</span>;
  if (now.searching) return 'Searching…';
  return now.found === 0 ? 'Nothing is called that.' : null;
}
