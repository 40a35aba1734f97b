import { execFileSync } from 'node:child_process';
import { mkdirSync, openSync, rmSync, writeSync, closeSync, chownSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { nobody, runsAsRoot } from '../../../executor/embedded/binaries';

/** A disk of its own that can be filled to the last byte. */
export interface SmallDisk {
  /** Folder on it for the server. */
  readonly folder: string;
  fill(): void;
  free(): void;
  close(): void;
}

const megabytes = 96;

/**
 * Mounts a small file system in memory; that takes root on Linux. Null where it cannot be done: a full disk can only be
 * had with a disk that is full.
 */
export function mountSmallDisk(below: string): SmallDisk | null {
  if (!runsAsRoot() || process.platform !== 'linux') return null;
  const mountPoint = path.join(below, 'small-disk');
  mkdirSync(mountPoint, { recursive: true });
  try {
    execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0755`, 'tmpfs', mountPoint], {
      stdio: 'ignore',
    });
  } catch {
    return null;
  }
  let mounted = true;
  const unmount = (): void => {
    if (!mounted) return;
    mounted = false;
    execFileSync('/bin/umount', ['--lazy', mountPoint], { stdio: 'ignore' });
  };
  // Also when the suite is ended by a signal: nobody else would take it away.
  process.once('exit', unmount);
  const folder = path.join(mountPoint, 'tablespace');
  mkdirSync(folder, { mode: 0o700 });
  chownSync(folder, nobody.uid, nobody.gid);
  const filler = path.join(mountPoint, 'filler');
  return {
    folder,
    fill() {
      const file = openSync(filler, 'w');
      try {
        for (let size = 1 << 20; size >= 1; size >>= 1) {
          const block = Buffer.alloc(size);
          try {
            while (writeSync(file, block) === size);
          } catch (error) {
            if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          }
        }
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler, { force: true }),
    close() {
      process.removeListener('exit', unmount);
      unmount();
    },
  };
}
