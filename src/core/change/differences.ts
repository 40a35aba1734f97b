import type { DigestInput } from './digest';

/** A fact of a change that is another now, in words. */
export interface Difference {
  readonly name: string;
  readonly before: string;
  readonly now: string;
}

const none = 'none';
const shown = (value: string | number | null | undefined): string =>
  value === null || value === undefined || value === '' ? none : String(value);
const target = ({ target: { databaseName, systemIdentifier } }: DigestInput): string =>
  `${databaseName} of cluster ${systemIdentifier}`;
const structure = ({ schemaDigest }: DigestInput): string => schemaDigest?.slice(0, 8) ?? 'not recorded';
const undone = ({ rollback, rollbackPlan }: DigestInput): string =>
  rollbackPlan ? 'by the executor' : rollback === null ? 'not at all' : 'with rollback SQL';

/** Every fact that approvers see, other than the long texts. */
const facts: readonly (readonly [string, (of: DigestInput) => string])[] = [
  ['Connection', ({ connection }) => connection],
  ['Database', target],
  ['Role', ({ role }) => role],
  ['search_path', ({ searchPath }) => searchPath],
  ['Author', ({ author }) => author],
  ['Reason', ({ reason }) => reason],
  ['Row budget', ({ rowBudget }) => shown(rowBudget)],
  ['Undone', undone],
  ['Plan to undo it', ({ rollbackPlan }) => (rollbackPlan ? JSON.stringify(rollbackPlan) : none)],
  ['Result', (of) => (of.export ? `a ${of.export.format} file` : 'the first rows')],
  ['Structure', structure],
  ['Limits', ({ limits }) => JSON.stringify(limits)],
];

/** What differs between two revisions, other than SQL, rollback SQL and verification, which are compared as texts. */
export function differences(before: DigestInput, now: DigestInput): readonly Difference[] {
  return facts.flatMap(([name, of]) =>
    of(before) === of(now) ? [] : [{ name, before: of(before), now: of(now) }],
  );
}
