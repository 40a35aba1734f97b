import type { IndexBefore, IndexState } from './index-state';
import type { Judgement } from './judgement';

/** The relation that has the name of the statement. */
function named({ place }: IndexBefore, indexes: readonly IndexState[]): IndexState | null {
  if (!place) return null;
  return indexes.find(({ schema, name }) => schema === place.schema && name === place.name) ?? null;
}

const same = (one: IndexState, other: IndexState): boolean =>
  one.oid === other.oid && one.valid === other.valid && one.definition === other.definition;

function create(before: IndexBefore, now: readonly IndexState[]): Judgement {
  const was = named(before, before.indexes);
  const is = named(before, now);
  if (was) return is && same(was, is) ? { is: 'untouched' } : { is: 'other' };
  if (!is) return { is: 'untouched' };
  const ours = is.table === before.place?.table && before.wanted !== null && is.definition === before.wanted;
  if (!ours) return { is: 'other' };
  return is.valid ? { is: 'done' } : { is: 'leftover', indexes: [is] };
}

function drop(before: IndexBefore, now: readonly IndexState[]): Judgement {
  const was = named(before, before.indexes);
  const is = named(before, now);
  if (!was) return is ? { is: 'other' } : { is: 'untouched' };
  if (!is) return { is: 'done' };
  if (is.oid !== was.oid || is.definition !== was.definition) return { is: 'other' };
  return { is: is.valid === was.valid ? 'untouched' : 'half-dropped' };
}

/** REINDEX CONCURRENTLY builds another index beside (`_ccnew`), gives it the name, and drops the old one (`_ccold`). */
function reindex(before: IndexBefore, now: readonly IndexState[]): Judgement {
  const was = named(before, before.indexes);
  const is = named(before, now);
  if (!was) return is ? { is: 'other' } : { is: 'untouched' };
  if (!is || is.definition !== was.definition) return { is: 'other' };
  const known = new Set(before.indexes.map(({ oid }) => oid).filter((oid) => oid !== was.oid));
  const indexes = now.filter(
    (one) =>
      one.oid !== is.oid &&
      !one.valid &&
      !known.has(one.oid) &&
      one.definition === was.definition &&
      /_cc(new|old)\d*$/.test(one.name),
  );
  if (indexes.length > 0) return { is: 'leftover', indexes };
  if (is.oid === was.oid) return is.valid === was.valid ? { is: 'untouched' } : { is: 'other' };
  return is.valid ? { is: 'done' } : { is: 'other' };
}

/** Compares what was there before with what is there now. */
export function judgeIndexes(before: IndexBefore, now: readonly IndexState[]): Judgement {
  switch (before.kind) {
    case 'create-index':
      return create(before, now);
    case 'drop-index':
      return drop(before, now);
    case 'reindex-index':
      return reindex(before, now);
    default:
      return { is: 'untouched' };
  }
}

/** Whether a statement that the server called successful has done what it says, by what is there now. */
export function indexesHold(before: IndexBefore, now: readonly IndexState[]): boolean {
  const { is } = judgeIndexes(before, now);
  if (is === 'done' || before.kind === 'vacuum') return true;
  if (is !== 'untouched') return false;
  const was = named(before, before.indexes);
  // IF EXISTS and IF NOT EXISTS.
  if (before.kind === 'drop-index') return was === null;
  return before.kind === 'create-index' && was !== null && was.valid && was.definition === before.wanted;
}

/** What the probe saw, in words for a person. */
export function indexesSeen(before: IndexBefore, now: readonly IndexState[]): string {
  const one = named(before, now);
  const state = !one
    ? 'is not there'
    : one.table === null
      ? 'is no index'
      : one.valid
        ? 'is valid'
        : 'is not valid';
  const others = now.filter(({ valid, oid, table }) => table !== null && !valid && oid !== one?.oid);
  const beside =
    others.length === 0 ? '' : `; not valid beside it: ${others.map(({ name }) => name).join(', ')}`;
  const was = named(before, before.indexes) ? 'there before' : 'not there before';
  return `${before.place?.name ?? 'what it names'} was ${was} and now ${state}${beside}`.slice(0, 350);
}
