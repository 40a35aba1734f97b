import { useEffect, useState } from 'react';
import Button from '@atlaskit/button/new';
import EmptyState from '@atlaskit/empty-state';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import { readGadgetModules } from '../host-api';
import { readDashboard, readGadgets, type Dashboard, type Gadget } from '../rest/dashboards';
import { wordsOf } from '../rest/http';
import { sharesInWords } from '../rest/sharing';
import { Link } from '../routing';
import { useSession } from '../shell/session';
import { useLoad } from '../use-load';
import { AddGadgetDialog } from './add-gadget-dialog';
import { GadgetCard } from './gadget-card';
import { moduleOf } from './gadget-module';

/** Gadgets by column, each column from its top. */
function columnsOf(gadgets: readonly Gadget[]): readonly (readonly Gadget[])[] {
  const columns = [...new Set(gadgets.map((gadget) => gadget.position.column))].sort((a, b) => a - b);
  return columns.map((column) =>
    gadgets
      .filter((gadget) => gadget.position.column === column)
      .sort((a, b) => a.position.row - b.position.row),
  );
}

function Head({ dashboard, onAdd }: { readonly dashboard: Dashboard; readonly onAdd: () => void }) {
  const { name, description, owner, sharePermissions, isWritable } = dashboard;
  return (
    <>
      <nav aria-label="Breadcrumbs">
        <Link href="/dashboards">Dashboards</Link>
      </nav>
      <div className="page-head">
        <h1>{name}</h1>
        {isWritable ? <Button onClick={onAdd}>Add gadget</Button> : null}
      </div>
      {description === '' ? null : <p>{description}</p>}
      <p className="subtle">
        Owner: {owner?.displayName ?? 'Jira'}. Shared with: {sharesInWords(sharePermissions)}.
      </p>
    </>
  );
}

/** A dashboard with its gadgets. */
export function DashboardPage({ id }: { readonly id: string }) {
  const { me } = useSession();
  const { data, error, reload } = useLoad(`dashboard ${id} ${me.accountId}`, async () => {
    const [dashboard, gadgets, modules] = await Promise.all([
      readDashboard(id),
      readGadgets(id),
      readGadgetModules(),
    ]);
    return { dashboard, columns: columnsOf(gadgets), modules };
  });
  const [adding, setAdding] = useState(false);
  const name = data?.dashboard.name ?? 'Dashboard';
  useEffect(() => {
    document.title = `${name} - Jira (local host)`;
  }, [name]);

  if (error !== undefined) {
    return (
      <SectionMessage appearance="error" title="The dashboard did not load">
        <p role="alert">{wordsOf(error)}</p>
        <p>
          <Link href="/dashboards">Dashboards</Link>
        </p>
      </SectionMessage>
    );
  }
  if (!data) return <Spinner size="large" label="Loading" />;
  const { dashboard, columns, modules } = data;
  return (
    <>
      <Head dashboard={dashboard} onAdd={() => setAdding(true)} />
      {columns.length === 0 ? (
        <EmptyState
          header="This dashboard is empty"
          headingLevel={2}
          description={
            dashboard.isWritable ? 'Add a gadget to see something here.' : 'Its owner has added no gadget.'
          }
        />
      ) : (
        <div className="gadgets">
          {columns.map((gadgets) => (
            <div key={gadgets[0]?.position.column} className="gadget-column">
              {gadgets.map((gadget) => (
                <GadgetCard
                  key={gadget.id}
                  dashboardId={id}
                  writable={dashboard.isWritable}
                  gadget={gadget}
                  module={moduleOf(gadget, modules)}
                  onRemoved={reload}
                />
              ))}
            </div>
          ))}
        </div>
      )}
      {adding ? <AddGadgetDialog dashboardId={id} onAdded={reload} onClose={() => setAdding(false)} /> : null}
    </>
  );
}
