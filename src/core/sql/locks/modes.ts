/** PostgreSQL's table locks, from the weakest; the number of a mode in the server is its place from 1. */
export const lockModes = [
  'ACCESS SHARE',
  'ROW SHARE',
  'ROW EXCLUSIVE',
  'SHARE UPDATE EXCLUSIVE',
  'SHARE',
  'SHARE ROW EXCLUSIVE',
  'EXCLUSIVE',
  'ACCESS EXCLUSIVE',
] as const;
export type LockMode = (typeof lockModes)[number];

/** The mode that PostgreSQL calls `AccessExclusiveLock` in `pg_locks`; null for a name that is none of a table lock. */
export function modeOfServer(name: string): LockMode | null {
  const words = name.replace(/Lock$/, '').replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ');
  return lockModes.find((mode) => mode === words.toUpperCase()) ?? null;
}

/** Place of a mode from 1: a greater one keeps at least as many others waiting. */
export function strength(mode: LockMode): number {
  return lockModes.indexOf(mode) + 1;
}

/** True when `mode` is at least `other`. */
export function atLeast(mode: LockMode, other: LockMode): boolean {
  return strength(mode) >= strength(other);
}

export function strongest(modes: readonly LockMode[]): LockMode {
  return modes.reduce((best, mode) => (atLeast(best, mode) ? best : mode), 'ACCESS SHARE');
}

/** What others cannot do while a mode is held, in words. */
export function whoWaits(mode: LockMode): string {
  if (mode === 'ACCESS EXCLUSIVE') return 'nobody else can read or write it';
  if (mode === 'EXCLUSIVE') return 'nobody else can write to it or lock its rows';
  if (atLeast(mode, 'SHARE')) return 'nobody else can write to it';
  if (mode === 'SHARE UPDATE EXCLUSIVE') return 'reading and writing go on; other maintenance waits';
  if (mode === 'ROW EXCLUSIVE') return 'reading and writing go on; only writers of the same rows wait';
  return 'reading and writing go on';
}
