import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import Tabs, { Tab, TabList, TabPanel } from '@atlaskit/tabs';
import { useMemo, useState } from 'react';
import type { AdminOverview } from '#core/panel/admin-contract';
import { PeopleProvider } from '../shared/names';
import { ConnectionsTab } from './connections/connections-tab';
import { DispatchTab } from './dispatch/dispatch-tab';
import { PauseBanner } from './dispatch/pause-banner';
import { ExecutorKeysTab } from './executor-keys/executor-keys-tab';
import { GettingStarted } from './getting-started/getting-started';
import { HealthTab } from './health/health-tab';
import { HistoryTab } from './history/history-tab';
import { AdminContext } from './hooks/admin-context';
import { useOverview } from './hooks/use-overview';
import { ChosenProject } from './hooks/use-project-key';
import { useStepBoard } from './hooks/use-step-board';
import { RemovalTab } from './removal/removal-tab';
import { ReviewRulesTab } from './review-rules/review-rules-tab';

const tabs = [
  { title: 'Getting started', Body: GettingStarted },
  { title: 'Health', Body: HealthTab },
  { title: 'Connections', Body: ConnectionsTab },
  { title: 'Review rules', Body: ReviewRulesTab },
  { title: 'Executor and keys', Body: ExecutorKeysTab },
  { title: 'Dispatch', Body: DispatchTab },
  { title: 'History', Body: HistoryTab },
  { title: 'Remove', Body: RemovalTab },
] as const;

/** The admin page. */
export function App() {
  const { overview, problem, show, refresh } = useOverview();
  const board = useStepBoard(refresh);
  const [chosen, choose] = useState<string | null>(null);
  const project = useMemo(() => ({ key: chosen, choose }), [chosen]);
  if (overview === null)
    return (
      <div className="qc-root qa-page">
        {problem === null ? <Loading /> : <Failed problem={problem} isEmpty onRetry={refresh} />}
      </div>
    );
  return (
    <AdminContext.Provider value={{ overview, show, refresh, board }}>
      <ChosenProject.Provider value={project}>
        <PeopleProvider viewer="" ids={[]}>
          <Page overview={overview} problem={problem} onRetry={refresh} />
        </PeopleProvider>
      </ChosenProject.Provider>
    </AdminContext.Provider>
  );
}

function Page(props: { overview: AdminOverview; problem: string | null; onRetry: () => Promise<void> }) {
  const { overview, problem } = props;
  return (
    <div className="qc-root qa-page qc-stack" data-testid="admin">
      {/* Jira shows the page's title above the frame, and the tabs show which of them is open. */}
      <h1 className="qc-hidden">Query Change</h1>
      {problem !== null && <Failed problem={problem} isEmpty={false} onRetry={props.onRetry} />}
      {overview.pause !== null && <PauseBanner pause={overview.pause} />}
      <Tabs id="query-change-admin">
        <TabList>
          {tabs.map(({ title }) => (
            <Tab key={title}>{title}</Tab>
          ))}
        </TabList>
        {tabs.map(({ title, Body }) => (
          <TabPanel key={title}>
            <div className="qa-tab">
              <h2 className="qc-hidden">{title}</h2>
              <Body />
            </div>
          </TabPanel>
        ))}
      </Tabs>
    </div>
  );
}

function Loading() {
  return (
    <div className="qc-row" role="status">
      <Spinner size="small" label="" />
      <span className="qc-subtle">Loading the settings…</span>
    </div>
  );
}

function Failed(props: { problem: string; isEmpty: boolean; onRetry: () => Promise<void> }) {
  return (
    <div role="alert" data-testid="load-problem">
      <SectionMessage
        appearance="error"
        title={props.isEmpty ? 'The settings could not be loaded' : 'This page may be out of date'}
      >
        <p>{props.problem}</p>
        <Button spacing="compact" onClick={() => void props.onRetry()}>
          Try again
        </Button>
      </SectionMessage>
    </div>
  );
}
