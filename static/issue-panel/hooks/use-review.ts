import { useEffect, useMemo, useState } from 'react';
import type { PanelPayload } from '#core/panel/contract';
import type { ReviewView } from '#core/panel/review';
import { utf16Offsets } from '#core/results/statement-text';
import { call } from '../../shared/bridge';
import type { Marks } from '../components/sql-editor';

/** A review with the text that it is of. */
export interface Reviewed {
  readonly sql: string;
  /** Null: the review could not be made; `problem` says why. */
  readonly review: ReviewView | null;
  readonly problem: string | null;
}

/** A pause in typing after which the review is asked for, milliseconds. */
const pauseMs = 100;

/**
 * The review of a text as it is on the screen. While a newer one is on its way the last answer stays, with the text that
 * it is of; an answer that was overtaken is dropped. Null before the first answer and for a text without words.
 */
export function useReview(
  { sql, connection, rowBudget, digest }: PanelPayload<'review'>,
  /** Asked again when it changes: what the answer depends on beside the text. */
  tried: string | null = null,
): Reviewed | null {
  const [reviewed, setReviewed] = useState<Reviewed | null>(null);
  const empty = sql.trim() === '';
  useEffect(() => {
    if (empty) {
      setReviewed(null);
      return undefined;
    }
    let current = true;
    const ask = async (): Promise<void> => {
      const reply = await call('review', { sql, connection, rowBudget, digest });
      if (!current) return;
      setReviewed(
        reply.ok
          ? { sql, review: reply.value, problem: null }
          : { sql, review: null, problem: reply.error.message },
      );
    };
    const timer = setTimeout(() => void ask(), pauseMs);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [sql, connection, rowBudget, digest, tried, empty]);
  return reviewed;
}

/** The findings as the editor shows them, with the text that they are of; null before the first answer. */
export function useMarks(reviewed: Reviewed | null): Marks | null {
  return useMemo(() => {
    if (!reviewed?.review) return null;
    const { sql, review } = reviewed;
    const offset = utf16Offsets(sql);
    const marks = review.findings.map(({ start, end, level, message, waived }) => ({
      from: offset(start),
      to: offset(end),
      level: waived === null ? level : ('info' as const),
      message,
    }));
    return { of: sql, marks };
  }, [reviewed]);
}
