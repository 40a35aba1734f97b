import React, { useState } from 'react';
import {
  Button,
  Checkbox,
  CheckboxGroup,
  ErrorMessage,
  Form,
  FormFooter,
  FormHeader,
  FormSection,
  HelperMessage,
  Icon,
  Label,
  RadioGroup,
  Range,
  RequiredAsterisk,
  Select,
  Text,
  TextArea,
  Textfield,
  Toggle,
  useForm,
  ValidMessage,
} from '@forge/react';
import { invoke } from '@forge/bridge';

interface Answers {
  readonly name: string;
  readonly reason: string;
  readonly environment: { label: string; value: string };
  readonly rules: { label: string; value: string }[];
  readonly urgent: boolean;
  readonly watched: boolean;
  readonly kind: string;
}

const ENVIRONMENTS = ['dev', 'qa', 'prod'].map((value) => ({ label: value.toUpperCase(), value }));
const KINDS = ['apply', 'rollback'].map((value) => ({ name: 'kind', label: value, value }));

/** A form that goes through a resolver, and fields beside it whose values the app holds. */
export function Fields({ say }: { readonly say: (text: string) => void }) {
  const { register, handleSubmit, getFieldId, formState } = useForm<Answers>({
    defaultValues: { name: '', urgent: false, kind: 'apply' },
  });
  const [upper, setUpper] = useState('');
  const [weight, setWeight] = useState(20);
  const [days, setDays] = useState<string[]>(['mon']);
  const save = handleSubmit(async (answers) => {
    const saved: unknown = await invoke('save', { ...answers });
    say(typeof saved === 'string' ? saved : 'Nothing');
  });
  return (
    <>
      <Form onSubmit={save}>
        <FormHeader title="A change" description="What the app needs to know." />
        <FormSection title="Content">
          <Label labelFor={getFieldId('name')}>
            Name
            <RequiredAsterisk />
          </Label>
          <Textfield
            {...register('name', { required: true })}
            elemBeforeInput={<Icon glyph="database" label="Database" />}
          />
          {formState.errors.name ? <ErrorMessage>A name is needed</ErrorMessage> : null}
          <HelperMessage>Any name will do</HelperMessage>
          <Label labelFor={getFieldId('reason')}>Reason</Label>
          <TextArea {...register('reason')} minimumRows={2} />
          <Label labelFor={getFieldId('environment')}>Environment</Label>
          <Select {...register('environment')} options={ENVIRONMENTS} />
          <Label labelFor={getFieldId('rules')}>Rules</Label>
          <Select {...register('rules')} isMulti options={ENVIRONMENTS} />
          <Checkbox {...register('urgent')} label="Urgent" />
          <Label labelFor={getFieldId('watched')}>Watched</Label>
          <Toggle {...register('watched')} />
          <Text>Kind</Text>
          <RadioGroup {...register('kind')} options={KINDS} />
        </FormSection>
        <FormFooter>
          <Button type="submit" appearance="primary">
            Save
          </Button>
        </FormFooter>
      </Form>
      <Label labelFor="upper">Upper case</Label>
      <Textfield id="upper" value={upper} onChange={(event) => setUpper(event.target.value.toUpperCase())} />
      <ValidMessage>The app holds {upper}</ValidMessage>
      <Label labelFor="weight">Weight</Label>
      <Range id="weight" min={0} max={50} step={10} value={weight} onChange={setWeight} />
      <Text>Weight {weight}</Text>
      <CheckboxGroup
        name="days"
        value={days}
        options={[
          { label: 'Monday', value: 'mon' },
          { label: 'Tuesday', value: 'tue' },
        ]}
        onChange={setDays}
      />
      <Text>Days {days.join(' ')}</Text>
    </>
  );
}
