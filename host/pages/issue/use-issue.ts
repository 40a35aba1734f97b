import { useCallback } from 'react';
import { readModules, type AppModule } from '../host-api';
import { useIssueChanges } from '../live';
import { readIssue, readTransitions } from '../rest/jira';
import type { Issue, Transition } from '../rest/shapes';
import { useLoad, type Loaded } from '../use-load';

/** What the issue page shows. */
export interface IssueView {
  readonly issue: Issue;
  readonly transitions: readonly Transition[];
  readonly modules: readonly AppModule[];
}

/** Loads an issue and follows its changes. */
export function useIssue(key: string): Loaded<IssueView> {
  const view = useLoad(`issue ${key}`, async () => {
    const issue = await readIssue(key);
    const [transitions, modules] = await Promise.all([readTransitions(issue.key), readModules(issue.id)]);
    return { issue, transitions, modules };
  });
  const { data, reload } = view;
  const id = data?.issue.id;
  useIssueChanges(
    useCallback(
      (changed) => {
        if (changed === id || changed === undefined) reload();
      },
      [id, reload],
    ),
  );
  return view;
}
