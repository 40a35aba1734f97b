import { useEffect, useState } from 'react';
import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import { readDashboards, type Dashboard } from '../rest/dashboards';
import { wordsOf } from '../rest/http';
import { sharesInWords } from '../rest/sharing';
import { Link } from '../routing';
import { PersonName } from '../shell/person';
import { useSession } from '../shell/session';
import { useLoad } from '../use-load';
import { CreateDashboardDialog } from './create-dashboard-dialog';

function DashboardTable(props: {
  readonly title: string;
  readonly dashboards: readonly Dashboard[];
  readonly empty: string;
}) {
  const { title, dashboards } = props;
  return (
    <section className="list-section" aria-label={title}>
      <h2>{title}</h2>
      {dashboards.length === 0 ? (
        <p className="subtle">{props.empty}</p>
      ) : (
        <div className="table-scroll" role="region" aria-label={`Table: ${title}`} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">Owner</th>
                <th scope="col">Shared with</th>
              </tr>
            </thead>
            <tbody>
              {dashboards.map(({ id, name, description, owner, sharePermissions }) => (
                <tr key={id}>
                  <td className="table-name">
                    <Link href={`/dashboards/${id}`}>{name}</Link>
                    {description === '' ? null : <p className="subtle">{description}</p>}
                  </td>
                  <td className="nowrap">
                    <PersonName user={owner} none="Jira" />
                  </td>
                  <td>{sharesInWords(sharePermissions)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** Every dashboard that the person sees: their own, and those of others. */
export function DashboardsPage() {
  const { me } = useSession();
  const { data, error } = useLoad(`dashboards ${me.accountId}`, readDashboards);
  const [creating, setCreating] = useState(false);
  useEffect(() => {
    document.title = 'Dashboards - Jira (local host)';
  }, []);
  const mine = (data ?? []).filter((dashboard) => dashboard.owner?.accountId === me.accountId);
  const others = (data ?? []).filter((dashboard) => dashboard.owner?.accountId !== me.accountId);
  return (
    <>
      <div className="page-head">
        <h1>Dashboards</h1>
        <Button appearance="primary" onClick={() => setCreating(true)}>
          Create dashboard
        </Button>
      </div>
      {error === undefined ? null : (
        <SectionMessage appearance="error" title="The dashboards did not load">
          <p role="alert">{wordsOf(error)}</p>
        </SectionMessage>
      )}
      {data ? (
        <>
          <DashboardTable title="Mine" dashboards={mine} empty="You own no dashboard." />
          <DashboardTable
            title="Shared with you"
            dashboards={others}
            empty="Nobody shares a dashboard with you."
          />
        </>
      ) : null}
      {!data && error === undefined ? <Spinner size="large" label="Loading" /> : null}
      {creating ? <CreateDashboardDialog onClose={() => setCreating(false)} /> : null}
    </>
  );
}
