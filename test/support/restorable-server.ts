import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { nobody, postgresBinaries, runsAsRoot } from '../../executor/embedded/binaries';
import { pollUntil, readPostmaster, stopPostmaster } from '../../executor/embedded/postmaster';

const run = promisify(execFile);

/** A server whose files can be copied, and replaced by the older copy. The port stays the same. */
export interface RestorableServer {
  /** Copies the files as they are now; the server is away while they are copied. */
  copy(): Promise<void>;
  /**
   * Puts the copy in the place of the files. `as`: the same timeline, as after copying files back, or the next one, as
   * after a restore to a point in time or the promotion of a standby that had seen no more.
   */
  restore(as: 'same timeline' | 'next timeline'): Promise<void>;
}

/** Makes a running server restorable. `cluster`: its data directory. */
export function restorable(cluster: string, port: number): RestorableServer {
  const kept = `${cluster}-kept`;
  const stop = async (): Promise<void> => {
    const running = await readPostmaster(cluster);
    if (running) await stopPostmaster(cluster, running.pid);
  };
  const start = async (more: readonly string[] = []): Promise<void> => {
    const child = spawn(
      join(await postgresBinaries(), 'bin', 'postgres'),
      [
        '-D',
        cluster,
        '-p',
        String(port),
        '-c',
        'listen_addresses=127.0.0.1',
        '-c',
        'unix_socket_directories=',
        ...more,
      ],
      { stdio: 'ignore', detached: true, cwd: '/', ...(runsAsRoot() ? nobody : {}) },
    );
    child.unref();
    const up = await pollUntil(async () => {
      const state = await readPostmaster(cluster);
      return state?.pid === child.pid && state?.ready === true;
    }, 60_000);
    if (!up) throw new Error('the restored server did not start');
  };
  return {
    async copy() {
      await stop();
      await rm(kept, { recursive: true, force: true });
      await run('cp', ['-a', cluster, kept]);
      await start();
    },
    async restore(as) {
      if (!existsSync(kept)) throw new Error('there is no copy');
      await stop();
      await rm(cluster, { recursive: true });
      await rename(kept, cluster);
      if (as === 'same timeline') return start();
      await writeFile(join(cluster, 'recovery.signal'), '');
      // The archive has nothing: recovery ends with the log that the copy has, on a timeline of its own.
      await start(['-c', 'restore_command=false']);
    },
  };
}
