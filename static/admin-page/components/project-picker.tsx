import { searchProjects } from '../bridge/jira-search';
import type { Option } from '../hooks/use-search';
import { Picker } from './picker';

async function search(query: string): Promise<Option<string>[]> {
  const projects = await searchProjects(query);
  return projects.map(({ key, name, why }) => ({ key, label: `${name} (${key})`, why, value: key }));
}

/** Chooses the key of a company-managed project. */
export function ProjectPicker(props: {
  readonly projectKey: string | null;
  readonly onChoose: (key: string) => void;
  readonly isDisabled?: boolean;
}) {
  return (
    <Picker<string>
      label="Project"
      chosen={props.projectKey ?? ''}
      search={search}
      onChoose={props.onChoose}
      isDisabled={props.isDisabled ?? false}
      help="A company-managed project of its own for changes: afterwards it offers the issue type Query Change only. Jira refuses while it holds issues of another type."
    />
  );
}
