import { useId } from 'react';
import { environments } from '#core/protocol/claims';
import type { ConfigScope } from '#core/sql/review/config-changes';
import { inOrder } from '../connections/connection-words';
import { useAdmin } from '../hooks/admin-context';

/** For whom what is set below holds. */
export function ScopeChoice(props: {
  readonly scope: ConfigScope;
  readonly onChoose: (scope: ConfigScope) => void;
}) {
  const { overview } = useAdmin();
  const id = useId();
  return (
    <div className="qa-field">
      <label className="qc-label" htmlFor={id}>
        Set rules for
      </label>
      <select
        id={id}
        className="qc-select"
        value={scopeKey(props.scope)}
        onChange={(event) => props.onChoose(scopeOf(event.currentTarget.value))}
      >
        <option value="all">All connections</option>
        <optgroup label="Environment">
          {environments.map((name) => (
            <option key={name} value={`environments:${name}`}>
              {name}
            </option>
          ))}
        </optgroup>
        {overview.connections.length > 0 && (
          <optgroup label="Connection">
            {inOrder(overview).map(({ key, name, environment }) => (
              <option key={key} value={`connections:${key}`}>
                {`${name} (${environment})`}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </div>
  );
}

function scopeKey(scope: ConfigScope): string {
  return scope.kind === 'all' ? 'all' : `${scope.kind}:${scope.name}`;
}

function scopeOf(key: string): ConfigScope {
  const [kind, name] = key.split(':');
  if (name === undefined) return { kind: 'all' };
  return { kind: kind === 'environments' ? 'environments' : 'connections', name };
}

/** `for all connections`, `in prod`, `on shop-prod`. */
export function scopeName(scope: ConfigScope): string {
  if (scope.kind === 'all') return 'for all connections';
  return scope.kind === 'environments' ? `in ${scope.name}` : `on ${scope.name}`;
}
