import { useId, type ReactNode } from 'react';
import Select, { CreatableSelect } from '@atlaskit/select';
import TextArea from '@atlaskit/textarea';
import Textfield from '@atlaskit/textfield';
import { readAssignable } from '../rest/jira';
import type { FieldMeta } from '../rest/shapes';
import { useLoad } from '../use-load';

/** The value of a field while somebody edits it: text, or the id or ids of what was chosen. */
export type Draft = string | readonly string[];

interface InputProps {
  readonly field: FieldMeta;
  readonly projectKey: string;
  readonly value: Draft;
  readonly error?: string | undefined;
  readonly onChange: (value: Draft) => void;
}

interface Option {
  readonly value: string;
  readonly label: string;
}

const labelOf = (value: {
  id?: string | undefined;
  name?: string | undefined;
  value?: string | undefined;
}): string => value.name ?? value.value ?? value.id ?? '';

const textOf = (value: Draft): string => (typeof value === 'string' ? value : value.join(', '));
const listOf = (value: Draft): readonly string[] =>
  typeof value === 'string' ? (value === '' ? [] : [value]) : value;

/** Whether a field holds a document (ADF) and is written as paragraphs. */
export const holdsDocument = (field: FieldMeta): boolean =>
  field.schema.system === 'description' ||
  field.schema.system === 'environment' ||
  (field.schema.custom ?? '').endsWith(':textarea');

function OneOf(props: InputProps & { readonly id: string; readonly options: readonly Option[] }) {
  const { field, value, options } = props;
  return (
    <Select<Option>
      inputId={props.id}
      options={options}
      value={options.find((option) => option.value === value) ?? null}
      isClearable={!field.required}
      isInvalid={props.error !== undefined}
      menuPosition="fixed"
      placeholder="Select"
      onChange={(option) => props.onChange(option?.value ?? '')}
    />
  );
}

function PersonChoice(props: InputProps & { readonly id: string }) {
  const people = useLoad(`assignable ${props.projectKey}`, () => readAssignable(props.projectKey)).data ?? [];
  const options = people.map((user) => ({ value: user.accountId, label: user.displayName }));
  return <OneOf {...props} options={options} />;
}

function ManyOf(props: InputProps & { readonly id: string; readonly options: readonly Option[] }) {
  const value = listOf(props.value).map(
    (one) => props.options.find((o) => o.value === one) ?? { value: one, label: one },
  );
  const shared = {
    inputId: props.id,
    isMulti: true as const,
    value,
    menuPosition: 'fixed' as const,
    onChange: (chosen: readonly Option[]) => props.onChange(chosen.map((option) => option.value)),
  };
  if (props.field.allowedValues) return <Select<Option, true> {...shared} options={props.options} />;
  return <CreatableSelect<Option, true> {...shared} options={[]} placeholder="Type and press Enter" />;
}

function TextInput(
  props: InputProps & { readonly id: string; readonly type: 'text' | 'number' | 'date' | 'datetime-local' },
) {
  return (
    <Textfield
      id={props.id}
      type={props.type}
      value={textOf(props.value)}
      isRequired={props.field.required}
      isInvalid={props.error !== undefined}
      onChange={(event) => props.onChange(event.currentTarget.value)}
    />
  );
}

function control(props: InputProps & { readonly id: string }): ReactNode {
  const { field } = props;
  const options = (field.allowedValues ?? []).map((one) => ({
    value: one.id ?? labelOf(one),
    label: labelOf(one),
  }));
  if (field.schema.type === 'user') return <PersonChoice {...props} />;
  if (field.schema.type === 'array') return <ManyOf {...props} options={options} />;
  if (field.allowedValues) return <OneOf {...props} options={options} />;
  if (holdsDocument(field)) {
    return (
      <TextArea
        id={props.id}
        value={textOf(props.value)}
        minimumRows={4}
        isRequired={field.required}
        isInvalid={props.error !== undefined}
        onChange={(event) => props.onChange(event.currentTarget.value)}
      />
    );
  }
  const types = { number: 'number', date: 'date', datetime: 'datetime-local' } as const;
  const type = field.schema.type in types ? types[field.schema.type as keyof typeof types] : 'text';
  return <TextInput {...props} type={type} />;
}

/** One labelled field of a form, with Jira's message when it refused the value. */
export function FieldInput(props: InputProps) {
  const id = useId();
  const { field, error } = props;
  return (
    <div className="field">
      <label htmlFor={id}>
        {field.name}
        {field.required ? (
          <span className="required" aria-hidden="true">
            {' '}
            *
          </span>
        ) : null}
      </label>
      {control({ ...props, id })}
      {error === undefined ? null : (
        <p className="field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
