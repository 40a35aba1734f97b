import React, { useEffect, useState } from 'react';
import { view } from '@forge/bridge';
import {
  Button,
  ButtonGroup,
  ErrorMessage,
  Form,
  FormFooter,
  FormSection,
  HelperMessage,
  Label,
  SectionMessage,
  Select,
  Text,
  Textfield,
} from '@forge/react';
import {
  completeGadgetConfig,
  maxTitleLength,
  periods,
  periodWords,
  type DraftProblems,
  type GadgetDraft,
  type ReadConfig,
} from '#core/compliance/gadget-config';
import { environments } from '#core/protocol/claims';
import { findProjects, JiraFailure, type FoundProject } from './jira';

interface Option<T> {
  readonly label: string;
  readonly value: T;
}

const environmentOptions: readonly Option<string | null>[] = [
  { label: 'All environments', value: null },
  ...environments.map((environment) => ({ label: environment, value: environment })),
];
const periodOptions: readonly Option<number | null>[] = periods.map((days) => ({
  label: days === null ? 'All time' : `Last ${days} days`,
  value: days,
}));

/** What the gadget is restricted to. */
export function EditForm({ read }: { read: ReadConfig }) {
  const { config, problem } = read;
  const [draft, setDraft] = useState<GadgetDraft>({
    ...config,
    refresh: String(config.refresh ?? ''),
  });
  const [problems, setProblems] = useState<DraftProblems>({});
  const [failure, setFailure] = useState<string | null>(null);
  const projects = useProjects();
  const set = (changes: Partial<GadgetDraft>): void => {
    setDraft((before) => ({ ...before, ...changes }));
    setProblems((before) =>
      Object.fromEntries(Object.entries(before).filter(([name]) => !(name in changes))),
    );
  };
  const save = async (): Promise<void> => {
    const completed = completeGadgetConfig(draft);
    if ('problems' in completed) {
      setProblems(completed.problems);
      return;
    }
    setFailure(null);
    await view.submit(completed.config).catch(() => setFailure('Jira did not take the settings. Try again.'));
  };
  const projectOptions = withCurrent(projects.options, draft.projectKey);
  return (
    <Form onSubmit={save}>
      <FormSection>
        {problem === null && failure === null && projects.problem === null ? null : (
          <SectionMessage appearance="warning">
            <Text>{[problem, failure, projects.problem].filter((words) => words !== null).join(' ')}</Text>
          </SectionMessage>
        )}
        <Label labelFor="title">Title</Label>
        <Textfield
          id="title"
          name="title"
          defaultValue={draft.title}
          maxLength={maxTitleLength}
          isInvalid={problems.title !== undefined}
          onChange={(event: unknown) => set({ title: typed(event) })}
        />
        <HelperMessage>Stands above what the gadget is restricted to.</HelperMessage>
        <Problem words={problems.title} />
        <Choice
          name="project"
          label="Project"
          options={projectOptions}
          value={draft.projectKey}
          isLoading={projects.isLoading}
          onChoose={(projectKey) => set({ projectKey })}
        />
        <Problem words={problems.projectKey} />
        <Choice
          name="environment"
          label="Environment"
          options={environmentOptions}
          value={draft.environment}
          onChoose={(environment) => set({ environment })}
        />
        <Problem words={problems.environment} />
        <Choice
          name="period"
          label="Period"
          options={periodOptions}
          value={draft.days}
          onChoose={(days) => set({ days })}
        />
        <HelperMessage>{`What stands open now is counted whatever the period. Now: ${periodWords(draft.days)}.`}</HelperMessage>
        <Problem words={problems.days} />
        <Label labelFor="refresh">Refresh every … minutes</Label>
        <Textfield
          id="refresh"
          name="refresh"
          defaultValue={draft.refresh}
          isInvalid={problems.refresh !== undefined}
          onChange={(event: unknown) => set({ refresh: typed(event) })}
        />
        <HelperMessage>Empty: only when the dashboard is opened.</HelperMessage>
        <Problem words={problems.refresh} />
      </FormSection>
      <FormFooter>
        <ButtonGroup>
          <Button onClick={() => void view.close()}>Cancel</Button>
          <Button type="submit" appearance="primary">
            Save
          </Button>
        </ButtonGroup>
      </FormFooter>
    </Form>
  );
}

function Choice<T extends string | number | null>(props: {
  readonly name: string;
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly isLoading?: boolean;
  readonly onChoose: (value: T) => void;
}) {
  const { name, label, options, value, isLoading = false, onChoose } = props;
  return (
    <>
      <Label labelFor={name}>{label}</Label>
      <Select
        inputId={name}
        name={name}
        options={options.map(asText)}
        value={options.filter((option) => option.value === value).map(asText)[0]}
        isLoading={isLoading}
        onChange={(chosen: Option<string> | null) => {
          const found = options.find((option) => asText(option).value === chosen?.value);
          if (found) onChoose(found.value);
        }}
      />
    </>
  );
}

/** Options travel to another frame as texts. */
const asText = ({ label, value }: Option<string | number | null>): Option<string> => ({
  label,
  value: value === null ? 'all' : String(value),
});

function Problem({ words }: { readonly words: string | undefined }) {
  return words === undefined ? null : <ErrorMessage>{words}</ErrorMessage>;
}

/** What was typed into a text field; the bridge passes events as plain objects. */
function typed(event: unknown): string {
  const target = typeof event === 'object' && event !== null && 'target' in event ? event.target : undefined;
  const value = typeof target === 'object' && target !== null && 'value' in target ? target.value : '';
  return typeof value === 'string' ? value : '';
}

interface ProjectChoice {
  readonly options: readonly Option<string | null>[];
  readonly isLoading: boolean;
  readonly problem: string | null;
}

const allProjects: Option<string | null> = { label: 'All projects', value: null };

function useProjects(): ProjectChoice {
  const [choice, setChoice] = useState<ProjectChoice>({
    options: [allProjects],
    isLoading: true,
    problem: null,
  });
  useEffect(() => {
    let gone = false;
    const show = (next: ProjectChoice): void => {
      if (!gone) setChoice(next);
    };
    findProjects().then(
      (projects) =>
        show({ options: [allProjects, ...projects.map(optionOf)], isLoading: false, problem: null }),
      (error: unknown) => {
        const why = error instanceof JiraFailure ? error.message : 'Jira did not answer.';
        show({ options: [allProjects], isLoading: false, problem: `The projects are not known. ${why}` });
      },
    );
    return () => {
      gone = true;
    };
  }, []);
  return choice;
}

const optionOf = ({ key, name }: FoundProject): Option<string> => ({ label: `${name} (${key})`, value: key });

/** The saved project stays offered when the viewer cannot see it, or Jira does not answer. */
function withCurrent(
  options: readonly Option<string | null>[],
  key: string | null,
): readonly Option<string | null>[] {
  return options.some(({ value }) => value === key)
    ? options
    : [...options, { label: key ?? '', value: key }];
}
