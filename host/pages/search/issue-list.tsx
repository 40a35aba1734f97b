import { useState } from 'react';
import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import { wordsOf } from '../rest/http';
import { BulkBar } from './bulk-bar';
import { IssueTable } from './issue-table';
import { useIssues } from './use-issues';

/** The issues of a query: how many, a table, the next page, and bulk transitions. */
export function IssueList({ jql, empty }: { readonly jql: string; readonly empty: string }) {
  const { data, error, loading, more, reload } = useIssues(jql);
  const [selected, setSelected] = useState<readonly string[]>([]);
  if (error !== undefined) {
    return (
      <SectionMessage appearance="error" title="Jira cannot run this query">
        <p role="alert">{wordsOf(error)}</p>
      </SectionMessage>
    );
  }
  if (!data) return <Spinner size="large" label="Searching" />;
  const shown = selected.filter((key) => data.rows.some((row) => row.key === key));
  return (
    <>
      <p className="count" role="status">
        {data.total === 1 ? '1 issue' : `${data.total} issues`}
      </p>
      {data.rows.length === 0 ? <p className="subtle">{empty}</p> : null}
      {shown.length > 0 ? <BulkBar keys={shown} onDone={reload} onClear={() => setSelected([])} /> : null}
      {data.rows.length === 0 ? null : (
        <IssueTable rows={data.rows} columns={data.columns} selected={shown} onSelect={setSelected} />
      )}
      {data.nextPageToken === undefined ? null : (
        <div>
          <Button isLoading={loading} onClick={more}>
            Next page
          </Button>
        </div>
      )}
    </>
  );
}
