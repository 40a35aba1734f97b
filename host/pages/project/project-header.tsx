import { useEffect } from 'react';
import { readProjects } from '../rest/jira';
import { Link } from '../routing';
import { useLoad } from '../use-load';

/** Name of a project and its views. */
export function ProjectHeader({
  projectKey,
  view,
}: {
  readonly projectKey: string;
  readonly view: 'list' | 'board';
}) {
  const project = useLoad('projects', readProjects).data?.find((one) => one.key === projectKey);
  const name = project?.name ?? projectKey;
  useEffect(() => {
    document.title = `${name} - Jira (local host)`;
  }, [name]);
  const current = (mine: string) => (mine === view ? { 'aria-current': 'page' as const } : {});
  return (
    <>
      <h1>{name}</h1>
      <nav className="views" aria-label="Project views">
        <Link href={`/projects/${projectKey}`} {...current('list')}>
          List
        </Link>
        <Link href={`/board/${projectKey}`} {...current('board')}>
          Board
        </Link>
      </nav>
    </>
  );
}
