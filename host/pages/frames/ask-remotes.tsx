import { checkRemotes, setRemotes } from '../../forge/bridge/host-client';
import type { AskedRemote, RemoteSetCall } from '../../forge/bridge/host-protocol';
import type { useAsk } from '../shell/questions';

const hostOf = (endpoint: string): string => new URL(endpoint).origin;

function titleOf(app: string, remotes: readonly AskedRemote[]): string {
  const [first] = remotes;
  if (first === undefined || remotes.length > 1) return `${app} wants to change its connections`;
  return first.endpoint === null
    ? `${app} wants to disconnect ${first.name}`
    : `${app} wants to reach ${hostOf(first.endpoint)}`;
}

function Words({ app, remotes }: { readonly app: string; readonly remotes: readonly AskedRemote[] }) {
  return (
    <>
      <dl className="remotes">
        {remotes.map(({ key, name, description, endpoint }) => (
          <div key={key}>
            <dt>{name}</dt>
            {description === '' ? null : <dd>{description}</dd>}
            <dd>{endpoint === null ? 'No longer connected' : <code>{endpoint}</code>}</dd>
          </div>
        ))}
      </dl>
      <p>
        If you allow it, {app} sends data of this site there. You can take it back by disconnecting it in the
        app.
      </p>
    </>
  );
}

/**
 * The administrator's modal for `permissions.remote.set`. Rejects before it opens when the viewer is no administrator,
 * a remote is not customer-managed or its URL is refused, and when the answer is no. ⚠ The words are ours.
 */
export async function askRemotes(
  ask: ReturnType<typeof useAsk>,
  app: string,
  call: RemoteSetCall,
): Promise<void> {
  const remotes = await checkRemotes(call);
  const allowed = await ask({
    title: titleOf(app, remotes),
    body: <Words app={app} remotes={remotes} />,
    action: 'Allow',
  });
  if (!allowed) throw new Error('The administrator did not allow the change of remotes');
  await setRemotes(call);
}
