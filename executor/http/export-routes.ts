import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Context, Hono } from 'hono';
import * as v from 'valibot';
import { Sha256Hex } from '#core/protocol/claims';
import {
  downloadPath,
  type ExportLinkReply,
  ExportLinkRequest,
  exportLinksPath,
} from '#core/protocol/export';
import { createLink, type StoredExport, useLink } from '../export/store';
import { refusal } from '../order/refusal';
import { parseBody } from './parse-body';
import { createGate } from './rate-limits';
import type { ServiceDeps } from './receive-order';
import { refuseWith } from './reply';
import type { Handler } from './signed';

const contentTypes: Readonly<Record<string, string>> = {
  csv: 'text/csv; charset=utf-8',
  ndjson: 'application/x-ndjson',
  parquet: 'application/vnd.apache.parquet',
};

const noFile = refusal('not-found', 'there is no such file, or not any more');

function download(context: Context, file: StoredExport, stream: Readable, bytes: number): Response {
  // An issue key is letters, digits and a hyphen; what is not, stays out of the header.
  const name = `${file.issueKey.replaceAll(/[^A-Za-z0-9-]/g, '')}-${file.jti.slice(0, 8)}.${file.format}`;
  return context.body(Readable.toWeb(stream) as ReadableStream, 200, {
    'content-type': contentTypes[file.format] ?? 'application/octet-stream',
    'content-length': String(bytes),
    'content-disposition': `attachment; filename="${name}"`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'referrer-policy': 'no-referrer',
  });
}

/**
 * Adds the two paths of export files: an app asks for a link, for a person it has checked just now; the person's browser
 * follows it, once, without a signature.
 */
export function addExportRoutes(
  app: Hono,
  signed: (handler: Handler) => (context: Context) => Promise<Response>,
  deps: ServiceDeps & { readonly publicUrl: () => string },
): void {
  const { config, store } = deps;
  // Guesses of strangers cost the database no more than their rate.
  const gate = createGate(config.limits.requests, [], deps.now);

  app.post(
    exportLinksPath(':jti'),
    signed(async (context, trusted, body) => {
      const jti = v.safeParse(Sha256Hex, context.req.param('jti'));
      const request = parseBody(ExportLinkRequest, body);
      if (!request) return refuseWith(context, refusal('malformed', 'the body is not what this path takes'));
      const link = jti.success
        ? await createLink(store.pool, trusted.installation, jti.output, request.accountId)
        : null;
      if (link === null) return refuseWith(context, noFile);
      const url = deps.publicUrl().replace(/\/$/, '') + downloadPath(link.token);
      return context.json({ url, expiresAt: link.expiresAt } satisfies ExportLinkReply);
    }),
  );

  app.get(downloadPath(':token'), async (context) => {
    const token = context.req.param('token') ?? '';
    // A HEAD, as link previews send it, must not use the link up.
    if (context.req.method !== 'GET' || !/^[A-Za-z0-9_-]{43}$/.test(token))
      return refuseWith(context, noFile);
    const wait = gate.stranger();
    if (wait > 0) {
      context.header('retry-after', String(wait));
      return refuseWith(context, refusal('rate-limited', `too many requests: wait ${wait} seconds`));
    }
    const file = await useLink(store.pool, token);
    const handle = file === null ? null : await open(file.path, 'r').catch(() => null);
    if (file === null || handle === null) return refuseWith(context, noFile);
    return download(context, file, handle.createReadStream(), file.bytes);
  });
}
