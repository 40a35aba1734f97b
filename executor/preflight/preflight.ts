import { escapeIdentifier, escapeLiteral, type PoolClient } from 'pg';
import type { PreflightReply, PreflightRequest } from '#core/protocol/preflight';
import { ok, refuse, type Result } from '#core/result';
import type { ConnectionConfig } from '../config';
import { type Refusal, refusal } from '../order/refusal';
import { conditionName } from '../postgres/conditions';
import { serverError } from '../postgres/errors';
import type { Target } from '../postgres/target';
import { send } from '../run/table-counters';
import { readSchema, type SchemaState } from '../schema/digest';
import { readScript } from '../sql/read-script';
import { findSecret } from '../sql/secrets';
import type { Contributors, Look } from './contributors';

/** A look is short: an author waits for it, and nobody has approved anything. */
const lookMs = 5_000;

/** Our own SQL only. The role and search_path are those of the change, so that names lead where they will lead then. */
const openingSql = ({ role, searchPath }: ConnectionConfig): readonly string[] => [
  'begin isolation level repeatable read read only',
  'set local standard_conforming_strings = on',
  `set local client_encoding = 'UTF8'`,
  `set local application_name = 'query-change-preflight'`,
  `set local lock_timeout = ${lookMs}`,
  `set local statement_timeout = ${lookMs}`,
  `set local idle_in_transaction_session_timeout = ${2 * lookMs}`,
  `select pg_catalog.set_config('search_path', ${escapeLiteral(searchPath)}, true)`,
  `set local role ${escapeIdentifier(role)}`,
];

const nothingAsked = { schemaRefusal: null, rollbackPlan: null, rollbackRefusal: null, exportRefusal: null };

/** Why an order of a change without a schema digest will be refused, in words; null when it will not. */
function unrecorded(target: Target, schema: SchemaState): string | null {
  if (schema.digest !== null || !target.config.requireSchemaDigest) return null;
  return `${target.config.name} takes only changes whose structure can be recorded: ${schema.note}.`;
}

async function look(
  { client, target, statements }: Look,
  request: PreflightRequest,
  { planRollback, exportRefusal }: Contributors,
): Promise<PreflightReply> {
  const schema = await readSchema(client, statements);
  if (schema.digest !== null) target.seenSchemas.keep(schema.digest, schema.objects);
  const planned = request.automaticRollback ? await planRollback({ client, target, statements }) : null;
  const { exportFormat } = request;
  return {
    schemaDigest: schema.digest,
    schemaShape: schema.digest === null ? null : schema.shape,
    schemaNote: schema.digest === null ? schema.note : null,
    schemaRefusal: unrecorded(target, schema),
    rollbackPlan: planned?.plan ?? null,
    rollbackRefusal: planned?.refusal ?? null,
    exportRefusal:
      exportFormat === null ? null : await exportRefusal({ client, target, statements }, exportFormat),
  };
}

/**
 * Looks at a change before it is submitted: parses its text and reads catalogues, and runs nothing of it.
 * Refused when an order with this text would be refused whoever approved it, and when the database does not answer.
 */
export async function preflight(
  request: PreflightRequest,
  targets: ReadonlyMap<string, Target>,
  contributors: Contributors,
): Promise<Result<PreflightReply, Refusal>> {
  const target = targets.get(request.connection);
  if (!target) {
    return refuse(refusal('unknown-connection', `there is no connection ${request.connection} here`));
  }
  const secret = await findSecret(request.sql);
  if (secret) {
    const place = `character ${secret.position}: ${secret.what}`;
    const words = `${place}: a secret may not stand in a change; replace this one now`;
    return refuse(refusal('secret-in-statement', words));
  }
  const script = await readScript(request.sql);
  if (script.kind === 'not-allowed') return refuse(refusal('statement-not-allowed', script.message));
  if (script.kind === 'syntax-error') {
    const schema = { digest: null, note: 'the text does not parse' } as const;
    const words = 'The text does not parse.';
    return ok({
      ...nothingAsked,
      schemaDigest: null,
      schemaShape: null,
      schemaNote: schema.note,
      schemaRefusal: unrecorded(target, schema),
      rollbackRefusal: request.automaticRollback ? words : null,
      exportRefusal: request.exportFormat === null ? null : words,
    });
  }
  const { problem } = await target.probe();
  if (problem !== null) return refuse(refusal('connection-not-ready', `${target.config.key}: ${problem}`));
  let client: PoolClient;
  try {
    client = await target.looks.connect();
  } catch {
    return refuse(refusal('connection-not-ready', `${target.config.key}: the database cannot be reached`));
  }
  let broken = true;
  try {
    await send(client, openingSql(target.config));
    const reply = await look({ client, target, statements: script.statements }, request, contributors);
    await client.query('rollback');
    broken = false;
    return ok(reply);
  } catch (error) {
    const sqlstate = serverError(error)?.code;
    const why = sqlstate === undefined ? 'no answer' : `${sqlstate} ${conditionName(sqlstate)}`;
    return refuse(
      refusal('connection-not-ready', `${target.config.key}: its catalogues could not be read (${why})`),
    );
  } finally {
    client.release(broken);
  }
}
