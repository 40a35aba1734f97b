import { atLeast, type LockMode } from './modes';

/**
 * The weakest mode that cannot be held on one table beside each; none that is stronger can be either, but for SHARE, which
 * several may hold (PostgreSQL, "Explicit Locking", table of conflicting lock modes; a test compares with a real server).
 */
const weakestConflict = {
  'ACCESS SHARE': 'ACCESS EXCLUSIVE',
  'ROW SHARE': 'EXCLUSIVE',
  'ROW EXCLUSIVE': 'SHARE',
  'SHARE UPDATE EXCLUSIVE': 'SHARE UPDATE EXCLUSIVE',
  SHARE: 'ROW EXCLUSIVE',
  'SHARE ROW EXCLUSIVE': 'ROW EXCLUSIVE',
  EXCLUSIVE: 'ROW SHARE',
  'ACCESS EXCLUSIVE': 'ACCESS SHARE',
} as const satisfies Readonly<Record<LockMode, LockMode>>;

/** True when two transactions cannot hold these modes on one table at once: the later one waits. Symmetric. */
export function locksConflict(one: LockMode, other: LockMode): boolean {
  return !(one === 'SHARE' && other === 'SHARE') && atLeast(other, weakestConflict[one]);
}
