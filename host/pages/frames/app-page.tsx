import { useEffect } from 'react';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import { readPages } from '../host-api';
import { wordsOf } from '../rest/http';
import { ModuleFrame } from '../ui-kit/module-frame';
import { useLoad } from '../use-load';

/** A page of the app (admin or global page): its title and its frame. */
export function AppPage({ moduleKey }: { readonly moduleKey: string }) {
  const { data, error, reload } = useLoad('pages', readPages);
  const page = data?.find((one) => one.key === moduleKey);
  const title = page?.title ?? 'App';
  useEffect(() => {
    document.title = `${title} - Jira (local host)`;
  }, [title]);
  if (error !== undefined) {
    return (
      <SectionMessage appearance="error" title="The page did not load">
        <p>{wordsOf(error)}</p>
      </SectionMessage>
    );
  }
  if (!data) return <Spinner size="large" label="Loading" />;
  if (!page) {
    return (
      <SectionMessage appearance="warning" title="You cannot see this page">
        <p>The app has no such page, or it is for administrators of Jira only.</p>
      </SectionMessage>
    );
  }
  return (
    <>
      <h1>{page.title}</h1>
      <ModuleFrame module={page} place={{}} onChange={reload} />
    </>
  );
}
