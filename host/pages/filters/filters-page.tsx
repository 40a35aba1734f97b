import { useEffect } from 'react';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import { readFilters } from '../rest/filters';
import { wordsOf } from '../rest/http';
import { useSession } from '../shell/session';
import { useLoad } from '../use-load';
import { FilterTable } from './filter-table';

/** Every saved filter that the person sees. */
export function FiltersPage() {
  const { me } = useSession();
  const { data, error, reload } = useLoad(`filters ${me.accountId}`, readFilters);
  useEffect(() => {
    document.title = 'Filters - Jira (local host)';
  }, []);
  return (
    <>
      <h1>Filters</h1>
      {error === undefined ? null : (
        <SectionMessage appearance="error" title="The filters did not load">
          <p role="alert">{wordsOf(error)}</p>
        </SectionMessage>
      )}
      {data === undefined && error === undefined ? <Spinner size="large" label="Loading" /> : null}
      {data?.length === 0 ? <p className="subtle">Nobody has saved a filter that you may see.</p> : null}
      {data === undefined || data.length === 0 ? null : <FilterTable filters={data} onChange={reload} />}
    </>
  );
}
