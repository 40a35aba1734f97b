import { useId } from 'react';
import type { ConnectionView } from '#core/panel/view';
import { ConnectionFacts } from './connection-facts';

/** The connection to run on, with everything that follows from the choice. */
export function ConnectionChoice(props: {
  readonly connections: readonly ConnectionView[];
  readonly value: string | null;
  readonly disabled: boolean;
  readonly onChange: (key: string | null) => void;
}) {
  const id = useId();
  const { connections, value } = props;
  const chosen = connections.find((connection) => connection.key === value);
  return (
    <div className="qc-stack-tight">
      <label className="qc-label" htmlFor={id}>
        Connection
      </label>
      <select
        id={id}
        className="qc-select"
        value={value ?? ''}
        disabled={props.disabled}
        onChange={(event) => props.onChange(event.target.value === '' ? null : event.target.value)}
      >
        <option value="">Choose a connection</option>
        {connections.map((connection) => (
          <option key={connection.key} value={connection.key} disabled={connection.problem !== null}>
            {optionText(connection)}
          </option>
        ))}
        {value !== null && !chosen && <option value={value}>{value} (no longer offered)</option>}
      </select>
      {connections.length === 0 && <p className="qc-subtle">No executor offers a connection yet.</p>}
      {chosen?.problem != null && <p className="qc-danger">{chosen.problem}</p>}
      {chosen && <ConnectionFacts connection={chosen} />}
    </div>
  );
}

function optionText(connection: ConnectionView): string {
  const name = connection.name === connection.key ? connection.key : `${connection.key}: ${connection.name}`;
  const where = name.includes(connection.environment) ? '' : ` (${connection.environment})`;
  return `${name}${where}${connection.problem === null ? '' : `, not available: ${connection.problem}`}`;
}
