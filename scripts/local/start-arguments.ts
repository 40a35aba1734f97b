import { parseArgs } from 'node:util';
import { ok, refuse, type Result } from '#core/result';
import { environments } from '#core/protocol/claims';
import type { ExtraConnection } from '../../executor/local/prepare';
import { fewestChanges } from './history/lives';

/** Port of the site; the frames and the executor take the two after it. */
const defaultPort = 4380;
/** A history of this many changes still starts and is stored in seconds. */
const mostChanges = 20_000;

export const startUsage = `npm start -- [--port N] [--fresh] [--dir DIR] [--unprovisioned | --history N]
             [--connection NAME [--environment dev|qa|staging|prod] --role ROLE [--url-file FILE] [--allow-writes]]

  --port N          port of the site (default ${defaultPort}); the next two are used as well
  --fresh           forget the site's state and start over
  --dir DIR         where the site keeps its state (default .local/site, .local/unprovisioned with the next)
  --unprovisioned   an empty site: the app is installed and an executor runs, and nothing else is done. Set it
                    up as Alex Admin under Apps, Query Change; "Executor's machine" plays the other side
  --history N       fills a site without issues with N made-up changes of the last year, each labelled "generated"
  --connection NAME adds a database of yours. Its URL comes from the environment variable
                    QUERY_CHANGE_URL_NAME (NAME in capitals, - as _) or from the file after --url-file,
                    never from the command line. It is read-only unless --allow-writes is given, and never
                    writable when labelled prod. Before first use: npm run executor -- init --print (or
                    --apply) --config .local/site/executor.json --connection NAME`;

export interface StartArguments {
  readonly port: number;
  readonly fresh: boolean;
  readonly unprovisioned: boolean;
  /** How many changes to make up; undefined: none. */
  readonly history: number | undefined;
  /** Folder of the site's state; undefined: the default one. */
  readonly dir: string | undefined;
  readonly connections: readonly ExtraConnection[];
}

/** Parses the command line of `npm start`; the refusal is for the person who typed it. */
export function parseStartArguments(
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Result<StartArguments, string> {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        port: { type: 'string' },
        fresh: { type: 'boolean' },
        unprovisioned: { type: 'boolean' },
        history: { type: 'string' },
        dir: { type: 'string' },
        connection: { type: 'string' },
        environment: { type: 'string' },
        role: { type: 'string' },
        'url-file': { type: 'string' },
        'allow-writes': { type: 'boolean' },
      },
    }));
  } catch (error) {
    return refuse(String(error).replace(/^TypeError[^:]*: /, ''));
  }
  const port = Number(values.port ?? defaultPort);
  if (!Number.isInteger(port) || port < 1024 || port > 65_533)
    return refuse('--port takes a number from 1024 to 65533.');
  const connection = ownConnection(values, env);
  if (!connection.ok) return connection;
  const connections = connection.value ? [connection.value] : [];
  const { fresh = false, unprovisioned = false, dir } = values;
  const history = values.history === undefined ? undefined : Number(values.history);
  if (
    history !== undefined &&
    !(Number.isInteger(history) && history >= fewestChanges && history <= mostChanges)
  )
    return refuse(`--history takes a number from ${fewestChanges} to ${mostChanges}.`);
  if (history !== undefined && unprovisioned)
    return refuse('--history needs a site that is set up: leave --unprovisioned out.');
  return ok({ port, fresh, unprovisioned, history, dir, connections });
}

interface ConnectionValues {
  readonly connection?: string;
  readonly environment?: string;
  readonly role?: string;
  readonly 'url-file'?: string;
  readonly 'allow-writes'?: boolean;
}

function ownConnection(
  values: ConnectionValues,
  env: Readonly<Record<string, string | undefined>>,
): Result<ExtraConnection | undefined, string> {
  const name = values.connection;
  if (name === undefined) {
    const stray = values.environment ?? values.role ?? values['url-file'] ?? values['allow-writes'];
    return stray === undefined
      ? ok(undefined)
      : refuse('--environment, --role, --url-file and --allow-writes go with --connection.');
  }
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(name))
    return refuse('--connection takes small letters, digits and hyphens.');
  const environment = environments.find((known) => known === (values.environment ?? 'dev'));
  if (!environment) return refuse(`--environment is one of ${environments.join(', ')}.`);
  const allowWrites = values['allow-writes'] ?? false;
  if (allowWrites && environment === 'prod')
    return refuse('A connection labelled prod is never writable on the local site.');
  if (!values.role) return refuse('--role is missing: name the database role that statements run as.');
  const variable = `QUERY_CHANGE_URL_${name.toUpperCase().replaceAll('-', '_')}`;
  const file = values['url-file'];
  if (file === undefined && !env[variable]) {
    return refuse(`The URL of ${name} is missing: set ${variable}, or give --url-file.`);
  }
  return ok({
    key: name,
    name,
    environment,
    url: file === undefined ? `\${env:${variable}}` : `\${file:${file}}`,
    role: values.role,
    allowWrites,
  });
}
