import { open, rename, rm } from 'node:fs/promises';

/**
 * Writes a file at once or not at all, whoever reads it meanwhile or pulls the plug: its bytes are on the disk before it
 * takes the name.
 * @param mode permission bits of the file, for example 0o600
 */
export async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  const partial = `${file}.${process.pid}`;
  try {
    const handle = await open(partial, 'w', mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(partial, file);
  } catch (error) {
    // It may hold credentials, and nobody would look for it.
    await rm(partial, { force: true });
    throw error;
  }
}
