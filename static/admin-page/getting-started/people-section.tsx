import { ConnectionList } from '../connections/connection-list';
import { Operators } from '../connections/operators';
import { useAdmin } from '../hooks/admin-context';

/** Who approves on each connection, and who runs and resolves. */
export function PeopleSection() {
  const { overview } = useAdmin();
  if (overview.connections.length === 0)
    return <p>The executor reports no connections yet. Enrol it first; its connections then appear here.</p>;
  return (
    <div className="qc-stack">
      <p>
        Without a group of approvers nothing can be submitted on a connection. Nobody approves their own
        change, even as a member of the group.
      </p>
      <ConnectionList isBrief />
      <Operators />
    </div>
  );
}
