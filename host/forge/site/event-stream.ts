/** Server-sent events to one browser page. */
export interface EventStream {
  readonly response: Response;
  send(data: unknown): void;
  close(): void;
}

/** Opens a stream; `onClose` is called once, when either side ends it. */
export function openEventStream(onClose: () => void): EventStream {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let beat: ReturnType<typeof setInterval> | undefined;

  function end(): void {
    if (controller === undefined) return;
    controller = undefined;
    clearInterval(beat);
    onClose();
  }

  const body = new ReadableStream<Uint8Array>({
    start(opened) {
      controller = opened;
      opened.enqueue(encoder.encode(': open\n\n'));
      beat = setInterval(() => controller?.enqueue(encoder.encode(': still here\n\n')), 15_000).unref();
    },
    cancel: end,
  });
  return {
    response: new Response(body, {
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
    }),
    send: (data) => controller?.enqueue(encoder.encode(`data: ${JSON.stringify(data)}\n\n`)),
    close() {
      const opened = controller;
      end();
      opened?.close();
    },
  };
}
