import { useEffect, useState } from 'react';
import { Field } from '../components/field';
import { TextAreaField } from '../components/text-area-field';
import type { OptionValue } from './edit-config';

/** One option of a rule, by its type. Empty: as it comes. What cannot be a value is said, and changes nothing. */
export function OptionField(props: {
  readonly rule: string;
  readonly name: string;
  /** What holds when nothing is set here; also says the type. */
  readonly inherited: number | string | boolean | readonly string[];
  readonly value: OptionValue | undefined;
  readonly isDisabled: boolean;
  readonly onChange: (value: OptionValue | null) => void;
}) {
  const { rule, name, inherited, value } = props;
  const set = value === undefined ? '' : asText(value);
  const [typed, setTyped] = useState(set);
  useEffect(() => setTyped(set), [set]);
  const isList = typeof inherited === 'object';
  const parsed = parse(typed, inherited);
  const field = {
    label: `Option ${name} of ${rule}`,
    value: typed,
    isDisabled: props.isDisabled,
    problem: parsed === undefined ? 'Enter a whole number.' : null,
    onChange(text: string) {
      setTyped(text);
      const next = parse(text, inherited);
      if (next !== undefined) props.onChange(next);
    },
  };
  const without = asText(inherited).replaceAll('\n', ', ');
  const help = `Empty: ${without === '' ? 'none' : without}.`;
  return isList ? (
    <TextAreaField {...field} help={`One in each line. ${help}`} isCode />
  ) : (
    <Field {...field} help={help} />
  );
}

/** Null: nothing is set; undefined: the text is no value of this type. */
function parse(
  text: string,
  like: number | string | boolean | readonly string[],
): OptionValue | null | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  switch (typeof like) {
    case 'number':
      return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : undefined;
    case 'object':
      return trimmed.split(/\s*\n\s*/);
    case 'boolean':
      return trimmed === 'true';
    default:
      return trimmed;
  }
}

function asText(value: number | string | boolean | readonly string[]): string {
  return typeof value === 'object' ? value.join('\n') : String(value);
}
