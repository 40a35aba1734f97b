import { locksConflict } from '../sql/locks/conflicts';
import { atLeast, type LockMode, whoWaits } from '../sql/locks/modes';
import { findTable, type SchemaSnapshot } from '../sql/facts/schema-snapshot';
import type { TouchedTable } from './analysis';

/** Another change that may run while this one does. */
export interface OtherChange {
  readonly issueKey: string;
  readonly status: 'in-review' | 'approved' | 'running';
  readonly tables: readonly TouchedTable[];
  /** True when it touches tables that are not listed, or was not reviewed. */
  readonly moreTables: boolean;
}

/** Another change that meets this one, and how. */
export interface Conflict {
  readonly issueKey: string;
  readonly status: OtherChange['status'];
  /** True when one of the two would wait for the other to end. */
  readonly waits: boolean;
  /** A sentence for each table where they meet. */
  readonly words: readonly string[];
}

/** Tables that are told of one change. */
const maxWords = 6;

/**
 * Which other changes touch what this one touches, in the order in which they matter: those that would wait, then by status
 * and key. Two changes that only read are none of each other's business. `schema` tells which tables foreign keys tie.
 */
export function conflictsOf(
  mine: readonly TouchedTable[],
  others: readonly OtherChange[],
  schema: SchemaSnapshot | null,
): Conflict[] {
  return others
    .flatMap((other) => {
      const meetings = mine.flatMap((table) =>
        other.tables.flatMap((theirs) => meeting(table, theirs, other.issueKey, schema)),
      );
      const unknown = other.moreTables ? [`${other.issueKey} touches tables that are not known here.`] : [];
      if (meetings.length === 0 && unknown.length === 0) return [];
      const told = meetings.toSorted((a, b) => Number(b.waits) - Number(a.waits)).map(({ words }) => words);
      const more = told.length - maxWords;
      const rest = more > 0 ? [`They meet on ${more} more.`] : [];
      return [
        {
          issueKey: other.issueKey,
          status: other.status,
          waits: meetings.some(({ waits }) => waits),
          words: [...told.slice(0, maxWords), ...rest, ...unknown],
        },
      ];
    })
    .toSorted(inOrder);
}

interface Meeting {
  readonly waits: boolean;
  readonly words: string;
}

function meeting(
  mine: TouchedTable,
  theirs: TouchedTable,
  issueKey: string,
  schema: SchemaSnapshot | null,
): Meeting[] {
  if (mine.mode === 'ACCESS SHARE' && theirs.mode === 'ACCESS SHARE') return [];
  const same = sameTable(mine, theirs, schema);
  if (same !== 'no') {
    const waits = locksConflict(mine.mode, theirs.mode);
    const place = same === 'sure' ? nameOf(mine) : `${nameOf(mine)} (if ${nameOf(theirs)} is the same table)`;
    const locks = `${place}: this change takes ${lockWords(mine.mode)}, ${issueKey} takes ${lockWords(theirs.mode)}.`;
    return [{ waits, words: `${locks} ${waitWords(mine.mode, theirs.mode, waits)}` }];
  }
  const isTied = tied(mine, theirs, schema) || tied(theirs, mine, schema);
  // A mere reader of one table meets nobody at the other end of a foreign key.
  if (!isTied || mine.mode === 'ACCESS SHARE' || theirs.mode === 'ACCESS SHARE') return [];
  return [
    {
      waits: false,
      words: `${nameOf(mine)} here and ${nameOf(theirs)} in ${issueKey} are tied by a foreign key: a row that one of them writes may be one that the other needs.`,
    },
  ];
}

function waitWords(mine: LockMode, theirs: LockMode, waits: boolean): string {
  if (waits) return 'They cannot run at the same time: the later one waits for the earlier to end.';
  const both = atLeast(mine, 'ROW SHARE') && atLeast(theirs, 'ROW SHARE');
  const rows = both && !atLeast(mine, 'SHARE UPDATE EXCLUSIVE') && !atLeast(theirs, 'SHARE UPDATE EXCLUSIVE');
  return rows
    ? 'They wait for each other only where they want the same rows.'
    : 'Neither waits for the other.';
}

function lockWords(mode: LockMode): string {
  return `${mode} (${whoWaits(mode)})`;
}

/** `maybe`: one of them names no schema, and nothing is known of where it would be found. */
function sameTable(
  one: TouchedTable,
  other: TouchedTable,
  schema: SchemaSnapshot | null,
): 'sure' | 'maybe' | 'no' {
  if (one.name !== other.name) return 'no';
  const [first, second] = [schemaOf(one, schema), schemaOf(other, schema)];
  if (first === null && second === null) return 'sure';
  if (first === null || second === null) return 'maybe';
  return first === second ? 'sure' : 'no';
}

function schemaOf(table: TouchedTable, schema: SchemaSnapshot | null): string | null {
  return table.schema ?? findTable(schema, table)?.schema ?? null;
}

function tied(from: TouchedTable, to: TouchedTable, schema: SchemaSnapshot | null): boolean {
  const [source, target] = [findTable(schema, from), findTable(schema, to)];
  if (!source || !target) return false;
  return source.foreignKeys.some(
    ({ toSchema, toTable }) => toSchema === target.schema && toTable === target.name,
  );
}

function nameOf({ schema, name }: TouchedTable): string {
  return schema === null ? name : `${schema}.${name}`;
}

const nearness = { running: 0, approved: 1, 'in-review': 2 } as const;

function inOrder(one: Conflict, other: Conflict): number {
  return (
    Number(other.waits) - Number(one.waits) ||
    nearness[one.status] - nearness[other.status] ||
    (one.issueKey < other.issueKey ? -1 : 1)
  );
}
