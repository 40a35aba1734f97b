import { createHash } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { RowSink } from './copy-out';

/** Why there is no file. */
interface ExportProblem {
  readonly code: 'export-too-large' | 'export-not-written' | 'export-not-exact';
  readonly message: string;
}

/** A file on its way: bytes are hashed and counted as they pass. */
export interface ExportFile extends RowSink {
  /** Bytes that do not count as a row, such as a header. */
  plain(bytes: Buffer): void;
  /** Rows whose bytes come by themselves. */
  count(rows: number): void;
  /** Takes nothing more, unless something else was wrong before. */
  fail(problem: ExportProblem): void;
  readonly rowCount: number;
  readonly bytes: number;
  /** Why nothing more is taken: a cap, or what the file system said. Null: all is well. */
  readonly problem: ExportProblem | null;
  /** Writes out the rest, makes it durable under a name that does not count yet, and tells the SHA-256. */
  finish(): Promise<string>;
  /** Gives a finished file its name, durably. */
  keep(path: string): Promise<void>;
  /** Removes what was written; a file that was kept stays. */
  discard(): Promise<void>;
}

const blockBytes = 256 * 1_024;
/** Blocks that may wait for the disk before the database has to wait. */
const maxWaiting = 8;
/** Blocks after which the disk is set to work, so that little is left to be made durable at the end. */
const syncEvery = 64;

/** Creates `part`, readable to this user only, for at most `maxBytes` and `maxRows`. */
export async function createExportFile(
  part: string,
  { maxBytes, maxRows }: { readonly maxBytes: number; readonly maxRows: number },
): Promise<ExportFile> {
  const file: FileHandle = await open(part, 'wx', 0o600);
  const hash = createHash('sha256');
  const free: Buffer[] = [];
  let block: Buffer = Buffer.allocUnsafe(blockBytes);
  let used = 0;
  let rows = 0;
  let bytes = 0;
  let waiting = 0;
  let problem: ExportFile['problem'] = null;
  let closed = false;
  let last: Promise<void> = Promise.resolve();
  let freed: (() => void) | null = null;
  let unsynced = 0;
  let syncing: Promise<void> | null = null;

  const syncSoon = (): void => {
    unsynced += 1;
    if (unsynced < syncEvery || syncing !== null) return;
    unsynced = 0;
    syncing = file.datasync().then(
      () => void (syncing = null),
      () => {
        syncing = null;
        problem ??= { code: 'export-not-written', message: 'The file could not be made durable.' };
      },
    );
  };

  const write = async (full: Buffer, length: number): Promise<void> => {
    try {
      for (let at = 0; at < length;) {
        at += (await file.write(full, at, length - at)).bytesWritten;
      }
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      problem ??= { code: 'export-not-written', message: `The file could not be written (${code}).` };
    }
    syncSoon();
    free.push(full);
    waiting -= 1;
    freed?.();
    freed = null;
  };
  const flush = (): void => {
    if (used === 0) return;
    const [full, length] = [block, used];
    hash.update(full.subarray(0, length));
    waiting += 1;
    last = last.then(async () => write(full, length));
    block = free.pop() ?? Buffer.allocUnsafe(blockBytes);
    used = 0;
  };
  const take = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      problem ??= { code: 'export-too-large', message: `The file would be larger than ${maxBytes} bytes.` };
      return;
    }
    for (let at = 0; at < chunk.length;) {
      const length = Math.min(chunk.length - at, blockBytes - used);
      chunk.copy(block, used, at, at + length);
      used += length;
      at += length;
      if (used === blockBytes) flush();
    }
  };
  const close = async (): Promise<void> => {
    await last;
    await syncing;
    if (closed) return;
    closed = true;
    await file.close();
  };
  const plain = (chunk: Buffer): void => {
    if (problem === null) take(chunk);
  };
  const count = (more: number): void => {
    rows += more;
    if (rows <= maxRows) return;
    problem ??= { code: 'export-too-large', message: `The file would have more than ${maxRows} rows.` };
  };
  return {
    plain,
    count,
    fail(why) {
      problem ??= why;
    },
    rows(chunk, more) {
      count(more);
      plain(chunk);
    },
    pressure() {
      if (waiting < maxWaiting) return null;
      return new Promise((done) => {
        freed = done;
      });
    },
    get rowCount() {
      return rows;
    },
    get bytes() {
      return bytes;
    },
    get problem() {
      return problem;
    },
    async finish() {
      flush();
      await last;
      await syncing;
      try {
        if (problem === null) await file.sync();
      } catch {
        problem = { code: 'export-not-written', message: 'The file could not be made durable.' };
      }
      await close();
      return hash.digest('hex');
    },
    async keep(path) {
      await rename(part, path);
      const folder = await open(dirname(path), 'r');
      try {
        await folder.sync();
      } finally {
        await folder.close();
      }
    },
    async discard() {
      await close().catch(() => undefined);
      await rm(part, { force: true });
    },
  };
}
