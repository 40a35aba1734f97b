import { useMemo, useState } from 'react';
import Select from '@atlaskit/select';
import Spinner from '@atlaskit/spinner';
import { createIssue, readCreateFields, readIssueTypes } from '../rest/jira';
import type { IssueType, Project } from '../rest/shapes';
import { navigate } from '../routing';
import { useLoad } from '../use-load';
import { useFlags } from './flags';
import { FormDialog } from './form-dialog';

interface Option {
  readonly value: string;
  readonly label: string;
}

function Choice(props: {
  readonly id: string;
  readonly label: string;
  readonly options: readonly Option[];
  readonly value: string | undefined;
  readonly onChange: (value: string) => void;
}) {
  return (
    <div className="field">
      <label htmlFor={props.id}>{props.label}</label>
      <Select<Option>
        inputId={props.id}
        options={props.options}
        value={props.options.find((option) => option.value === props.value) ?? null}
        menuPosition="fixed"
        onChange={(option) => option && props.onChange(option.value)}
      />
    </div>
  );
}

/** What most people come to create here; else the first type of the ordinary level. */
const preferred = (types: readonly IssueType[]): IssueType | undefined =>
  types.find((type) => type.name === 'Query Change') ??
  types.find((type) => type.hierarchyLevel === 0) ??
  types[0];

const PLACED_BY_DIALOG = new Set(['project', 'issuetype', 'parent', 'issuelinks', 'attachment']);

/** The create dialog: project, issue type, and the fields of its create screen. */
export function CreateDialog({
  projects,
  onClose,
}: {
  readonly projects: readonly Project[];
  readonly onClose: () => void;
}) {
  const flags = useFlags();
  const [projectKey, setProjectKey] = useState(projects[0]?.key ?? '');
  const [chosenType, setChosenType] = useState<string>();
  const types = useLoad(`types ${projectKey}`, () => readIssueTypes(projectKey)).data;
  const typeId = types?.some((type) => type.id === chosenType) ? chosenType : preferred(types ?? [])?.id;
  const fields = useLoad(`fields ${projectKey} ${typeId ?? ''}`, async () =>
    typeId === undefined ? undefined : readCreateFields(projectKey, typeId),
  ).data;
  const shown = useMemo(
    () => fields?.filter((field) => !PLACED_BY_DIALOG.has(field.fieldId ?? field.key ?? '')),
    [fields],
  );

  const create = async (values: Readonly<Record<string, unknown>>): Promise<void> => {
    const key = await createIssue({ project: { key: projectKey }, issuetype: { id: typeId }, ...values });
    flags.show({ kind: 'success', title: `${key} created`, autoDismiss: true });
    navigate(`/browse/${key}`);
  };

  return (
    <FormDialog
      title="Create issue"
      action="Create"
      projectKey={projectKey}
      fields={shown}
      before={
        <>
          <Choice
            id="create-project"
            label="Project"
            options={projects.map((project) => ({
              value: project.key,
              label: `${project.name} (${project.key})`,
            }))}
            value={projectKey}
            onChange={setProjectKey}
          />
          <Choice
            id="create-type"
            label="Issue type"
            options={(types ?? []).map((type) => ({ value: type.id, label: type.name }))}
            value={typeId}
            onChange={setChosenType}
          />
          {shown ? null : <Spinner label="Loading fields" />}
        </>
      }
      onSubmit={create}
      onClose={onClose}
    />
  );
}
