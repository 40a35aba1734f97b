import Button from '@atlaskit/button/new';
import { useState } from 'react';
import type { ConnectionOverview } from '#core/panel/admin-contract';
import { EnvironmentLozenge } from '../../shared/components/status-lozenge';
import { Facts, type Fact } from '../../shared/components/facts';
import { count } from '../../shared/format';
import { GroupWords } from '../components/group-words';
import { StateMark, type Mark } from '../components/state-mark';
import { useAdmin } from '../hooks/admin-context';
import { approversProblem, inOrder } from './connection-words';
import { PolicyForm } from './policy-form';

/** Every connection with its health and its approvers; one policy at a time is edited. */
export function ConnectionList({ isBrief = false }: { isBrief?: boolean }) {
  const { overview } = useAdmin();
  const connections = inOrder(overview);
  const first = isBrief ? connections.find(needsPolicy)?.key : undefined;
  const [chosen, setChosen] = useState<string | null | undefined>(undefined);
  const edited = chosen === undefined ? first : chosen;
  return (
    <ul className="qa-cards" aria-label="Connections">
      {connections.map((connection) => (
        <Connection
          key={connection.key}
          connection={connection}
          isBrief={isBrief}
          isEdited={edited === connection.key}
          onEdit={() => setChosen(connection.key)}
          // After a save the next connection without approvers is opened, as long as nobody chose otherwise.
          onSaved={() => setChosen(isBrief ? undefined : null)}
          onCancel={() => setChosen(null)}
        />
      ))}
    </ul>
  );
}

function needsPolicy({ policy, problem }: ConnectionOverview): boolean {
  return policy === null && problem === null;
}

function Connection(props: {
  readonly connection: ConnectionOverview;
  readonly isBrief: boolean;
  readonly isEdited: boolean;
  readonly onEdit: () => void;
  readonly onSaved: () => void;
  readonly onCancel: () => void;
}) {
  const { connection, isBrief, isEdited } = props;
  const problem = approversProblem(connection);
  return (
    <li className="qa-card qc-stack-tight" data-testid={`connection-${connection.key}`}>
      <div className="qc-row-between">
        <h4 className="qc-label qc-row">
          {connection.name} <EnvironmentLozenge environment={connection.environment} />
        </h4>
        <StateMark {...health(connection)} />
      </div>
      {connection.problem !== null && <p className="qc-danger">{connection.problem}</p>}
      <Facts
        label={`Connection ${connection.name}`}
        facts={[...facts(connection), ...(isBrief ? [] : moreFacts(connection))]}
      />
      {problem !== null && connection.approvers?.problem == null && <p className="qc-danger">{problem}</p>}
      {isEdited ? (
        <PolicyForm connection={connection} onSaved={props.onSaved} onCancel={props.onCancel} />
      ) : (
        <div className="qc-row">
          <Button
            spacing="compact"
            onClick={props.onEdit}
            aria-label={`${connection.policy === null ? 'Choose approvers' : 'Change approvers'}: ${connection.name}`}
          >
            {connection.policy === null ? 'Choose approvers' : 'Change approvers'}
          </Button>
        </div>
      )}
    </li>
  );
}

function health(connection: ConnectionOverview): { mark: Mark; text: string } {
  if (connection.problem !== null) return { mark: 'broken', text: 'Cannot be used' };
  if (connection.policy === null) return { mark: 'todo', text: 'No approvers' };
  if (approversProblem(connection) !== null) return { mark: 'person', text: 'Approvers missing' };
  return { mark: 'done', text: 'Ready' };
}

function facts(connection: ConnectionOverview): Fact[] {
  const { policy, approvers } = connection;
  return [
    { name: 'Key', value: <code className="qc-code">{connection.key}</code> },
    { name: 'Engine', value: connection.engine },
    {
      name: 'Approvers',
      value: approvers === null ? (policy?.approverGroup.name ?? 'Nobody') : <GroupWords state={approvers} />,
    },
    {
      name: 'Approvals needed',
      value: policy === null ? 'Not set' : count(policy.approvals, 'person', 'people'),
    },
    { name: "Executor's floor", value: count(connection.minimumApprovals, 'approval', 'approvals') },
  ];
}

function moreFacts(connection: ConnectionOverview): Fact[] {
  return [
    { name: 'Changes', value: connection.writable ? 'May write' : 'Reads only' },
    {
      name: 'Protected',
      value: connection.protected ? 'Yes' : 'No',
    },
    {
      name: 'Data classes',
      value: connection.dataClasses.length === 0 ? 'None named' : connection.dataClasses.join(', '),
    },
  ];
}
