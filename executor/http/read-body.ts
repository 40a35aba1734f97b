import type { Context } from 'hono';

/** True when the head announces more than `limit` bytes. */
export function announcesMore(context: Context, limit: number): boolean {
  return Number(context.req.header('content-length') ?? 0) > limit;
}

/** The body as text, or null when it has more than `limit` bytes; reads no further than that. */
export async function readBody(context: Context, limit: number): Promise<string | null> {
  // With a length announced, the HTTP parser keeps to it.
  if (context.req.header('content-length') !== undefined) return context.req.text();
  const { body } = context.req.raw;
  if (body === null) return '';
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks).toString('utf8');
    size += value.byteLength;
    if (size > limit) {
      await reader.cancel();
      return null;
    }
    chunks.push(value);
  }
}
