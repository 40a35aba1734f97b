import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import { lazy, Suspense } from 'react';
import type { ChangeView } from '#core/panel/view';
import { NamesProvider } from '../shared/names';
import { useChange, type Change } from '../shared/use-change';
import { Disclosure } from './components/disclosure';
import { DraftScreen } from './screens/draft';
import { RevisionScreen } from './screens/revision';

const Timeline = lazy(() => import('./components/timeline').then((module) => ({ default: module.Timeline })));

/** The issue panel. */
export function App() {
  const change = useChange();
  const { view, problem } = change;
  if (view === null)
    return <div className="qc-root">{problem ? <Failed change={change} /> : <Loading />}</div>;
  return (
    <div className="qc-root" data-testid="panel" data-status={view.status}>
      <NamesProvider view={view}>
        <div className="qc-stack">
          {problem && <Failed change={change} />}
          {view.setupProblem !== null && (
            <SectionMessage appearance="warning" title="Query Change is not ready">
              <p data-testid="setup-problem">{view.setupProblem}</p>
            </SectionMessage>
          )}
          <Screen change={change} view={view} />
          <Disclosure title="Timeline" testId="open-timeline">
            <Suspense fallback={<p className="qc-subtle">Loading the timeline…</p>}>
              <Timeline seq={view.seq} />
            </Suspense>
          </Disclosure>
        </div>
      </NamesProvider>
    </div>
  );
}

function Screen({ change, view }: { change: Change; view: ChangeView }) {
  if (view.status === 'draft' && view.draft)
    return <DraftScreen change={change} view={view} draft={view.draft} />;
  return <RevisionScreen change={change} view={view} />;
}

function Loading() {
  return (
    <div className="qc-row" role="status">
      <Spinner size="small" label="Loading" />
      <span className="qc-subtle">Loading the change…</span>
    </div>
  );
}

function Failed({ change }: { change: Change }) {
  return (
    <div role="alert" data-testid="load-problem">
      <SectionMessage
        appearance="error"
        title={change.view ? 'This page may be out of date' : 'The change could not be loaded'}
      >
        <p>{change.problem?.message}</p>
        <Button spacing="compact" onClick={() => void change.refresh()}>
          Try again
        </Button>
      </SectionMessage>
    </div>
  );
}
