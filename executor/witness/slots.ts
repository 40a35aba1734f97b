import { mkdirSync, readdirSync, readFileSync, statSync, writeSync } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as v from 'valibot';
import { sha256Hex } from '../sha256';
import { ChainPlace, isFurther } from './place';

/**
 * A file with two slots, written in turn: a write that is cut off spoils one, and the other has the place before it. Written
 * in place, because that is one flush of data that is there already, and every receipt waits for it.
 */
const slotBytes = 1_024;
/** A file that nobody has touched for so long is nobody's: a running process touches its own once a minute. */
const forgottenAfterMs = 60 * 60 * 1_000;
/** A process that looked whether its file is still there looks again after this long: far less than it takes to lose it. */
const lookAgainMs = 10_000;

const witnessDir = (stateDir: string): string => join(stateDir, 'witness');

/** A file has this at the end of its name until it is whole. */
const partial = '.new';

/** Files of all processes, each with a number of its own, so that none overwrites what another has seen. */
function filesOf(stateDir: string): readonly string[] {
  try {
    return readdirSync(witnessDir(stateDir)).map((name) => join(witnessDir(stateDir), name));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function slotOf(place: ChainPlace): Buffer {
  const text = JSON.stringify(place);
  const slot = Buffer.alloc(slotBytes, ' ');
  slot.write(`${sha256Hex(text)} ${text}\n`);
  return slot;
}

/** The place in a slot; null when it is empty or its write was cut off. */
function placeIn(slot: string): ChainPlace | null {
  const [sum, text] = [slot.slice(0, 64), slot.slice(65).trimEnd()];
  return text !== '' && sha256Hex(text) === sum ? v.parse(ChainPlace, JSON.parse(text)) : null;
}

function readSlots(file: string): ChainPlace | null {
  const bytes = readFileSync(file);
  const slots = [0, 1].map((at) =>
    placeIn(bytes.subarray(at * slotBytes, (at + 1) * slotBytes).toString('utf8')),
  );
  const [one = null, other = null] = slots;
  if (one === null || other === null) return one ?? other;
  return isFurther(one, other) ? one : other;
}

/**
 * The furthest place that any process with this folder has seen; null when there was none.
 * @throws Error when a file holds no place: a witness that is silent is no witness
 */
export function readWitness(stateDir: string): ChainPlace | null {
  let furthest: ChainPlace | null = null;
  for (const file of filesOf(stateDir).filter((name) => !name.endsWith(partial))) {
    let place: ChainPlace | null;
    try {
      place = readSlots(file);
    } catch (error) {
      // Forgotten, and removed by another process just now.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') continue;
      throw error;
    }
    if (place === null) throw new Error(`${file} cannot be read; it says how far the receipt chain has come`);
    if (furthest === null || isFurther(place, furthest)) furthest = place;
  }
  return furthest;
}

/** The own file of a process. */
export interface Slots {
  /** Resolves when the place is on the disk. */
  write(place: ChainPlace): Promise<void>;
  /** Tells others that this process lives. */
  touch(): Promise<void>;
  close(): Promise<void>;
}

async function create(file: string, dir: string, place: ChainPlace): Promise<FileHandle> {
  const handle = await open(`${file}${partial}`, 'w', 0o600);
  await handle.write(slotOf(place), 0, slotBytes, 0);
  await handle.write(Buffer.alloc(slotBytes, ' '), 0, slotBytes, slotBytes);
  await handle.sync();
  await rename(`${file}${partial}`, file);
  // A name is on the disk when its folder is; Windows gives no handle of a folder.
  const folder = process.platform === 'win32' ? null : await open(dir, 'r');
  await folder?.sync();
  await folder?.close();
  return handle;
}

/** Makes the file of process `owner` at its first write. */
export function openSlots(stateDir: string, owner: string): Slots {
  const dir = witnessDir(stateDir);
  const file = join(dir, owner);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  let handle: FileHandle | null = null;
  let next = 0;
  let lookedAt = 0;
  return {
    async write(place) {
      if (handle) {
        // Into the memory of the system at once; the disk is waited for elsewhere.
        writeSync(handle.fd, slotOf(place), 0, slotBytes, next * slotBytes);
        await handle.datasync();
        next = 1 - next;
        const now = Date.now();
        if (Math.abs(now - lookedAt) < lookAgainMs) return;
        lookedAt = now;
        // Stopped for so long that others took it for forgotten.
        if ((await handle.stat()).nlink > 0) return;
        await handle.close();
      }
      handle = await create(file, dir, place);
      next = 1;
    },
    async touch() {
      const now = new Date();
      await handle?.utimes(now, now);
    },
    async close() {
      await handle?.close();
      handle = null;
    },
  };
}

/** Removes the files that nobody has touched for long; what they said has been taken over. */
export async function removeForgotten(stateDir: string, nowMs: number): Promise<void> {
  for (const file of filesOf(stateDir)) {
    const touched = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? nowMs;
    if (nowMs - touched > forgottenAfterMs) await rm(file, { force: true });
  }
}
