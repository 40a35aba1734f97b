import type { ExecutionLimits, TargetIdentity } from '#core/protocol/claims';
import type { ConnectionView, RevisionView } from '#core/panel/view';
import { formatNames } from '#core/results/format-names';
import { EnvironmentLozenge } from '../../shared/components/status-lozenge';
import { Facts, type Fact } from '../../shared/components/facts';
import { count, duration } from '../../shared/format';

/** What an author should know of the chosen connection. */
export function ConnectionFacts({ connection }: { connection: ConnectionView }) {
  const classes = connection.dataClasses;
  return (
    <Facts
      label={`Connection ${connection.name}`}
      facts={[
        { name: 'Environment', value: <EnvironmentLozenge environment={connection.environment} /> },
        { name: 'Database', value: database(connection) },
        { name: 'Runs as role', value: <code className="qc-code">{connection.role}</code> },
        { name: 'search_path', value: <code className="qc-code">{connection.searchPath}</code> },
        ...limitFacts(connection.limits),
        { name: 'Writes', value: writes(connection) },
        { name: 'Runs', value: connection.schedule ?? 'At any time' },
        ...(classes.length > 0 ? [{ name: 'Data', value: classes.join(', ') }] : []),
        ...maskedFacts(connection),
        {
          name: 'Approvals',
          value: approvals(connection.approvalsRequired, connection.approverGroup),
          wide: true,
        },
        {
          name: 'Result rows',
          value: `At most ${count(connection.limits.maxResultRows, 'row', 'rows')} per statement, ${
            connection.resultsPublic
              ? 'for everyone who sees the issue'
              : 'for the author, approvers and operators only'
          }`,
          wide: true,
        },
      ]}
    />
  );
}

/** Where and how a revision runs: exactly what its digest covers. */
export function TargetFacts({
  revision,
  connection,
}: {
  revision: RevisionView;
  connection?: ConnectionView;
}) {
  return (
    <Facts
      label="Where it runs"
      facts={[
        { name: 'Connection', value: <strong>{revision.connection}</strong> },
        { name: 'Environment', value: <EnvironmentLozenge environment={revision.environment} /> },
        { name: 'Database', value: target(revision.target, connection?.engine) },
        { name: 'Runs as role', value: <code className="qc-code">{revision.role}</code> },
        { name: 'search_path', value: <code className="qc-code">{revision.searchPath}</code> },
        ...limitFacts(revision.limits),
        resultFact(revision),
        ...(connection ? maskedFacts(connection) : []),
        { name: 'Row budget', value: budget(revision.rowBudget) },
        { name: 'Cluster', value: <span className="qc-small">{revision.target.systemIdentifier}</span> },
        { name: 'Structure', value: structure(revision), wide: true },
      ]}
    />
  );
}

function limitFacts(limits: ExecutionLimits): Fact[] {
  return [
    { name: 'Statement timeout', value: duration(limits.statementTimeoutMs) },
    { name: 'Lock timeout', value: duration(limits.lockTimeoutMs) },
  ];
}

/** Where the result goes: approvers decide on it too. */
function resultFact({ export: file, limits }: RevisionView): Fact {
  return file === null
    ? { name: 'Rows per statement', value: `At most ${limits.maxResultRows.toLocaleString('en-GB')}` }
    : { name: 'Result', value: `All rows, to a ${formatNames[file.format]} file at the executor` };
}

function maskedFacts({ maskedClasses }: ConnectionView): Fact[] {
  if (maskedClasses.length === 0) return [];
  return [{ name: 'Masked in results', value: `${maskedClasses.join(', ')}; and values of unknown origin` }];
}

function budget(rows: number | null): string {
  if (rows === null) return 'None: any number of rows may be affected';
  return `At most ${count(rows, 'row', 'rows')}, triggers and cascades included; not for the rollback`;
}

function structure({ schemaDigest }: RevisionView): string {
  if (schemaDigest === null) return 'Not recorded at submission: changes of tables since then go unnoticed';
  return `Recorded at submission (${schemaDigest.slice(0, 8)}…): the change is refused when it is another by then`;
}

function database(connection: ConnectionView): string {
  const engine = `${engineName(connection.engine)} ${connection.engineVersion ?? ''}`.trim();
  return connection.target ? `${connection.target.databaseName} (${engine})` : engine;
}

function target(identity: TargetIdentity, engine: string | undefined): string {
  return engine ? `${identity.databaseName} (${engineName(engine)})` : identity.databaseName;
}

function engineName(engine: string): string {
  return engine === 'postgresql' ? 'PostgreSQL' : engine;
}

function writes(connection: ConnectionView): string {
  if (!connection.writable) return 'Refused: this connection only reads';
  return connection.ledgerMode === 'target' ? 'Allowed, applied exactly once' : 'Allowed';
}

function approvals(required: number, group: string): string {
  return `${count(required, 'person', 'people')} from ${group}, never the author`;
}
