import { useCallback, useState } from 'react';
import { useIssueChanges } from '../live';
import { count, readFields, search } from '../rest/jira';
import type { Row } from '../rest/shapes';
import { useLoad } from '../use-load';
import type { Column } from './issue-table';

const SYSTEM = ['summary', 'status', 'issuetype', 'project', 'created', 'updated', 'assignee', 'resolution'];

/** The result of a query and how to get more of it. */
interface Found {
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  readonly total: number;
  readonly nextPageToken: string | undefined;
}

/** Runs a query and runs it again when an issue changes; `pages` says how many pages are shown. */
export function useIssues(jql: string, pageSize = 25) {
  const [pages, setPages] = useState(1);
  const found = useLoad(`search ${pages} ${pageSize} ${jql}`, async (): Promise<Found> => {
    const fields = await readFields();
    const columns = fields.filter((field) => field.custom).map(({ id, name }) => ({ id, name }));
    const wanted = [...SYSTEM, ...columns.map((column) => column.id)];
    const rows: Row[] = [];
    let nextPageToken: string | undefined;
    for (let page = 0; page < pages; page += 1) {
      const answer = await search(jql, wanted, nextPageToken, pageSize);
      rows.push(...answer.issues);
      nextPageToken = answer.nextPageToken;
      if (nextPageToken === undefined) break;
    }
    return { rows, columns, total: await count(jql), nextPageToken };
  });
  const { reload } = found;
  useIssueChanges(useCallback(() => reload(), [reload]));
  return { ...found, more: () => setPages((old) => old + 1) };
}
