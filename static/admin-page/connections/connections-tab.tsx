import { useAdmin } from '../hooks/admin-context';
import { ConnectionList } from './connection-list';
import { Operators } from './operators';

/** Everything about each connection, and who acts on it. */
export function ConnectionsTab() {
  const { overview } = useAdmin();
  return (
    <div className="qc-stack">
      <p>
        Connections, their limits and their credentials are configured at the executor. Here you choose who
        approves on each; a connection without approvers takes no changes. On a protected one the executor
        also keeps its own list of approvers, and reads nothing but the catalogue before enough of them have
        approved.
      </p>
      {overview.connections.length === 0 ? (
        <p>The executor reports no connections. Enrol it under Getting started.</p>
      ) : (
        <ConnectionList />
      )}
      <Operators />
    </div>
  );
}
