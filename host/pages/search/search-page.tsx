import { useEffect, useState, type FormEvent } from 'react';
import Button from '@atlaskit/button/new';
import Lozenge from '@atlaskit/lozenge';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import Textfield from '@atlaskit/textfield';
import { readFilter, type Filter } from '../rest/filters';
import { wordsOf } from '../rest/http';
import { Link, navigate } from '../routing';
import { useLoad } from '../use-load';
import { IssueList } from './issue-list';

const DEFAULT_JQL = 'created >= -365d ORDER BY created DESC';

function Title({ filter, edited }: { readonly filter: Filter | undefined; readonly edited: boolean }) {
  const name = filter?.name ?? 'Search issues';
  useEffect(() => {
    document.title = `${filter?.name ?? 'Search'} - Jira (local host)`;
  }, [filter]);
  if (filter === undefined) return <h1>{name}</h1>;
  return (
    <>
      <nav aria-label="Breadcrumbs">
        <Link href="/filters">Filters</Link>
      </nav>
      <div className="search-title">
        <h1>{name}</h1>
        {edited ? (
          <>
            <Lozenge appearance="inprogress">Edited</Lozenge>
            <Link href={`/issues/?filter=${filter.id}`}>Discard changes</Link>
          </>
        ) : null}
      </div>
      {filter.description === '' ? null : <p className="subtle">{filter.description}</p>}
    </>
  );
}

function Search({ jql, filter }: { readonly jql: string | null; readonly filter: Filter | undefined }) {
  const asked = jql ?? filter?.jql ?? DEFAULT_JQL;
  const [draft, setDraft] = useState(asked);
  useEffect(() => setDraft(asked), [asked]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const query = new URLSearchParams();
    if (filter !== undefined) query.set('filter', filter.id);
    if (filter?.jql !== draft) query.set('jql', draft);
    navigate(`/issues/?${query.toString()}`);
  };
  return (
    <>
      <Title filter={filter} edited={filter !== undefined && draft !== filter.jql} />
      <form className="jql" role="search" onSubmit={submit}>
        <label htmlFor="jql">JQL</label>
        <Textfield
          id="jql"
          isMonospaced
          spellCheck={false}
          autoComplete="off"
          value={draft}
          onChange={(event) => setDraft(event.currentTarget.value)}
        />
        <Button type="submit" appearance="primary">
          Search
        </Button>
      </form>
      <IssueList key={asked} jql={asked} empty="No issue matches this query." />
    </>
  );
}

function FilterSearch({ filterId, jql }: { readonly filterId: string; readonly jql: string | null }) {
  const { data, error } = useLoad(`filter ${filterId}`, () => readFilter(filterId));
  if (error !== undefined) {
    return (
      <SectionMessage appearance="error" title="The filter did not load">
        <p role="alert">{wordsOf(error)}</p>
        <p>
          <Link href="/filters">Filters</Link>
        </p>
      </SectionMessage>
    );
  }
  return data ? <Search jql={jql} filter={data} /> : <Spinner size="large" label="Loading" />;
}

/** Search by JQL or by a saved filter; both stand in the address, the JQL only where it is not the filter's own. */
export function SearchPage(props: { readonly jql: string | null; readonly filterId: string | null }) {
  const { jql, filterId } = props;
  return filterId === null ? (
    <Search jql={jql} filter={undefined} />
  ) : (
    <FilterSearch filterId={filterId} jql={jql} />
  );
}
