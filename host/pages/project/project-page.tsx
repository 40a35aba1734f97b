import { IssueList } from '../search/issue-list';
import { ProjectHeader } from './project-header';

/** The issues of a project, newest first. */
export function ProjectPage({ projectKey }: { readonly projectKey: string }) {
  return (
    <>
      <ProjectHeader projectKey={projectKey} view="list" />
      <IssueList
        jql={`project = "${projectKey}" ORDER BY created DESC`}
        empty="This project has no issues yet. Use Create to add the first one."
      />
    </>
  );
}
