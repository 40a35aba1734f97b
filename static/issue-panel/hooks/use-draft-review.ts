import { useCallback, useMemo, useState } from 'react';
import { parseRowBudget, type DraftContent } from '#core/change/content';
import type { FindingView } from '#core/panel/review';
import { lineOfByte, utf16Offsets } from '#core/results/statement-text';
import type { Jump, Marks } from '../components/sql-editor';
import { type Reviewed, useMarks, useReview } from './use-review';

/** A text of the draft that is reviewed. */
export interface ReviewedField {
  readonly reviewed: Reviewed | null;
  readonly marks: Marks | null;
  /** Where the person wants to go in it. */
  readonly jump: Jump | null;
}

/** What the review says of a draft while it is written. */
export interface DraftReview {
  readonly sql: ReviewedField;
  readonly rollback: ReviewedField;
  /** Why the draft cannot be submitted as it is, in words; null when nothing is known against it. */
  readonly refusal: string | null;
  /** Puts the cursor at the first error. */
  readonly goToFirst: () => void;
}

type Field = 'sql' | 'rollback';

/**
 * Reviews SQL and rollback as they are on the screen: both run with the same rights, so an error in either counts.
 * `structureTakenAt`: of the structure that the app knows; when it changes, the review is asked for again.
 */
export function useDraftReview(content: DraftContent, structureTakenAt: string | null): DraftReview {
  const { sql, connection } = content;
  const rowBudget = parseRowBudget(content.rowBudget) ?? null;
  const ofSql = useReview({ sql, connection, rowBudget, digest: null }, structureTakenAt);
  const rollback = content.automaticRollback ? '' : (content.rollback ?? '');
  const ofRollback = useReview(
    { sql: rollback, connection, rowBudget: null, digest: null },
    structureTakenAt,
  );
  const marks = useMarks(ofSql);
  const rollbackMarks = useMarks(ofRollback);
  const errors = useMemo(
    () => [...errorsOf('sql', ofSql), ...errorsOf('rollback', ofRollback)],
    [ofSql, ofRollback],
  );
  const [asked, setAsked] = useState<{ readonly field: Field; readonly jump: Jump } | null>(null);
  const first = errors[0];
  const goToFirst = useCallback(() => {
    if (!first) return;
    const { field, at } = first;
    setAsked((before) => ({ field, jump: { at, turn: (before?.jump.turn ?? 0) + 1 } }));
  }, [first]);
  return {
    sql: { reviewed: ofSql, marks, jump: asked?.field === 'sql' ? asked.jump : null },
    rollback: {
      reviewed: ofRollback,
      marks: rollbackMarks,
      jump: asked?.field === 'rollback' ? asked.jump : null,
    },
    refusal: first ? refusalOf(first, errors.length) : null,
    goToFirst,
  };
}

interface FoundError {
  readonly field: Field;
  readonly finding: FindingView;
  readonly line: number;
  /** UTF-16 offset. */
  readonly at: number;
}

function errorsOf(field: Field, reviewed: Reviewed | null): FoundError[] {
  if (!reviewed?.review) return [];
  const { sql, review } = reviewed;
  const offset = utf16Offsets(sql);
  return review.findings
    .filter(({ level, waived }) => level === 'error' && waived === null)
    .map((finding) => ({
      field,
      finding,
      line: lineOfByte(sql, finding.start),
      at: offset(finding.start),
    }));
}

function refusalOf({ field, finding, line }: FoundError, count: number): string {
  const place = `line ${line} of the ${field === 'sql' ? 'SQL' : 'rollback'}: ${finding.rule}`;
  return count === 1
    ? `The review found an error in ${place}. ${wayOut(finding)}`
    : `The review found ${count} errors, the first in ${place}. Mend them, or set the rules aside for a reason.`;
}

/** No reason makes a text run that cannot be read. */
const wayOut = ({ statement }: FindingView): string =>
  statement === null ? 'Mend the text.' : 'Mend it, or set the rule aside for a reason.';
