/** An answer that `@forge/kvs` turns into `ForgeKvsAPIError` (404 KEY_NOT_FOUND becomes `undefined`). */
export class KvsFault extends Error {
  override readonly name = 'KvsFault';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
