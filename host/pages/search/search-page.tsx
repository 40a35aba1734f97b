import { useEffect, useState, type FormEvent } from 'react';
import Button from '@atlaskit/button/new';
import Textfield from '@atlaskit/textfield';
import { navigate } from '../routing';
import { IssueList } from './issue-list';

const DEFAULT_JQL = 'created >= -365d ORDER BY created DESC';

/** Search by JQL; the query stands in the address. */
export function SearchPage({ jql }: { readonly jql: string | null }) {
  const asked = jql ?? DEFAULT_JQL;
  const [draft, setDraft] = useState(asked);
  useEffect(() => setDraft(asked), [asked]);
  useEffect(() => {
    document.title = 'Search - Jira (local host)';
  }, []);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    navigate(`/issues/?jql=${encodeURIComponent(draft)}`);
  };
  return (
    <>
      <h1>Search issues</h1>
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
