import { useEffect, type ComponentType } from 'react';
import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import Tabs, { Tab, TabList, TabPanel } from '@atlaskit/tabs';
import { useIssueChanges } from '../live';
import { wordsOf } from '../rest/http';
import { Link } from '../routing';
import { useSession } from '../shell/session';
import { useLoad } from '../use-load';
import { FaultsTab } from './faults-tab';
import { KvsTab } from './kvs-tab';
import { LogTab } from './log-tab';
import { MeterTab } from './meter-tab';
import { ModelTab } from './model-tab';
import { QueueTab } from './queue-tab';
import { inspect, type Inspection } from './shape';

const TABS: readonly [string, ComponentType<{ readonly data: Inspection }>][] = [
  ['Meter', MeterTab],
  ['Storage', KvsTab],
  ['Queue', QueueTab],
  ['Log', LogTab],
  ['Faults', FaultsTab],
  ['Model', ModelTab],
];

/** What the platform sees of the app: costs, storage, deliveries, logs; and switches for faults. */
export function InspectorPage() {
  const { data, error, loading, reload } = useLoad('inspector', inspect);
  const { terminal } = useSession();
  useIssueChanges(reload);
  useEffect(() => {
    document.title = 'Inspector - Jira (local host)';
  }, []);
  return (
    <>
      <div className="page-head">
        <h1>Inspector</h1>
        <div className="page-actions">
          {terminal === undefined ? null : <Link href="/__terminal">{terminal}</Link>}
          <Button isLoading={loading} onClick={reload}>
            Refresh
          </Button>
        </div>
      </div>
      {error === undefined ? null : (
        <SectionMessage appearance="error" title="The inspector did not load">
          <p>{wordsOf(error)}</p>
        </SectionMessage>
      )}
      {data ? (
        <Tabs id="inspector">
          <TabList>
            {TABS.map(([name]) => (
              <Tab key={name}>{name}</Tab>
            ))}
          </TabList>
          {TABS.map(([name, Content]) => (
            <TabPanel key={name}>
              <div className="tab-content">
                <Content data={data} />
              </div>
            </TabPanel>
          ))}
        </Tabs>
      ) : null}
      {!data && error === undefined ? <Spinner size="large" label="Loading" /> : null}
    </>
  );
}
