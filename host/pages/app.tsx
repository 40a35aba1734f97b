import { lazy, Suspense, useEffect } from 'react';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import { BoardPage } from './board/board-page';
import { DashboardPage } from './dashboards/dashboard-page';
import { DashboardsPage } from './dashboards/dashboards-page';
import { FiltersPage } from './filters/filters-page';
import { AppPage } from './frames/app-page';
import { IssuePage } from './issue/issue-page';
import { ProjectPage } from './project/project-page';
import { readProjects } from './rest/jira';
import { Link, navigate, useAddress } from './routing';
import { SearchPage } from './search/search-page';
import { FlagsProvider } from './shell/flags';
import { QuestionsProvider } from './shell/questions';
import { SessionProvider, useSession } from './shell/session';
import { ThemeProvider } from './shell/theme';
import { TopBar } from './shell/top-bar';
import { useLoad } from './use-load';

const TerminalPage = lazy(async () => ({
  default: (await import('./terminal/terminal-page')).TerminalPage,
}));
const InspectorPage = lazy(async () => ({
  default: (await import('./inspector/inspector-page')).InspectorPage,
}));

/** The start page: goes on to the first project. */
function Home() {
  const projects = useLoad('projects', readProjects).data;
  const first = projects?.[0];
  useEffect(() => {
    if (first) navigate(`/projects/${first.key}`, 'replace');
  }, [first]);
  return projects && !first ? (
    <p>There is no project that you may browse.</p>
  ) : (
    <Spinner size="large" label="Loading" />
  );
}

function NotFound() {
  return (
    <SectionMessage appearance="warning" title="There is no such page">
      <p>
        <Link href="/issues/">Search issues</Link>
      </p>
    </SectionMessage>
  );
}

function Page({ address }: { readonly address: string }) {
  const url = new URL(address, window.location.origin);
  const [, area = '', name = ''] = url.pathname
    // Jira's own address of a dashboard, which REST answers as `view`.
    .replace(/^\/jira\/(?=dashboards\/)/u, '/')
    .split('/')
    .map(decodeURIComponent);
  if (area === '') return <Home />;
  if (area === 'browse' && name !== '') return <IssuePage key={name} issueKey={name} />;
  if (area === 'projects' && name !== '') return <ProjectPage key={name} projectKey={name} />;
  if (area === 'board' && name !== '') return <BoardPage key={name} projectKey={name} />;
  if (area === 'issues') {
    return <SearchPage jql={url.searchParams.get('jql')} filterId={url.searchParams.get('filter')} />;
  }
  if (area === 'filters') return <FiltersPage />;
  if (area === 'dashboards') return name === '' ? <DashboardsPage /> : <DashboardPage key={name} id={name} />;
  if (area === 'apps' && name !== '') return <AppPage key={name} moduleKey={name} />;
  if (area === '__terminal') return <TerminalPage />;
  if (area === '__inspector') return <InspectorPage />;
  return <NotFound />;
}

function Site() {
  const { me, banner } = useSession();
  const address = useAddress();
  return (
    <>
      <a className="skip" href="#main">
        Skip to main content
      </a>
      {banner === undefined ? null : (
        <section className="banner" aria-label="About this site">
          {banner}
        </section>
      )}
      <TopBar />
      <main id="main" tabIndex={-1} key={me.accountId}>
        <Suspense fallback={<Spinner size="large" label="Loading" />}>
          <Page address={address} />
        </Suspense>
      </main>
    </>
  );
}

/** The site of the local host. */
export function App() {
  return (
    <ThemeProvider>
      <FlagsProvider>
        <SessionProvider>
          <QuestionsProvider>
            <Site />
          </QuestionsProvider>
        </SessionProvider>
      </FlagsProvider>
    </ThemeProvider>
  );
}
