import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';

const SnapshotSchema = v.object({
  version: v.literal(1),
  jira: v.unknown(),
  forge: v.unknown(),
  places: v.unknown(),
  gadgets: v.optional(v.unknown()),
});

/** What a snapshot file holds: the state of the site, of the platform, where panels were added, how gadgets are configured. */
export type HostSnapshot = Omit<v.InferOutput<typeof SnapshotSchema>, 'version'>;

/** Writes the state some time after it has changed. */
export interface SnapshotWriter {
  /** Says that something has changed. */
  touch(): void;
  /** Writes now, if anything has changed. */
  flush(): void;
  /** Forgets the file and writes no more until the next change. */
  discard(): void;
  /** Flushes and stops. */
  close(): void;
}

/** Reads a snapshot; undefined when there is none. Throws when the file is of another version or broken. */
export function readSnapshot(file: string): HostSnapshot | undefined {
  if (!existsSync(file)) return undefined;
  const parsed = v.safeParse(SnapshotSchema, JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success)
    throw new Error(`${file} is not a snapshot of this version of the host; start with --fresh`);
  return parsed.output;
}

/** Makes the writer; without a file it does nothing. The file is replaced as a whole, never half written. */
export function createSnapshotWriter(
  file: string | undefined,
  state: () => HostSnapshot,
  delayMs = 250,
): SnapshotWriter {
  let dirty = false;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!dirty || file === undefined) return;
    dirty = false;
    mkdirSync(path.dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.part`;
    writeFileSync(temporary, JSON.stringify({ version: 1, ...state() }), { mode: 0o600 });
    renameSync(temporary, file);
  }

  return {
    touch() {
      if (closed || file === undefined) return;
      dirty = true;
      timer ??= setTimeout(flush, delayMs).unref();
    },
    flush,
    discard() {
      clearTimeout(timer);
      timer = undefined;
      dirty = false;
      if (file !== undefined) rmSync(file, { force: true });
    },
    close() {
      flush();
      closed = true;
    },
  };
}
