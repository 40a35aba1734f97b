import * as v from 'valibot';
import { levels } from '../sql/review/rule';
import { statementKinds } from '../sql/facts/kind';
import { Sha256Hex, UtcTime } from '../protocol/claims';
import { riskLevels } from '../sql/risk/levels';

const Offset = v.pipe(v.number(), v.integer(), v.minValue(0));

/** One hit of a rule, for the gutter and the list. Offsets are UTF-8 bytes of the text that was reviewed. */
export const FindingView = v.strictObject({
  rule: v.string(),
  title: v.string(),
  level: v.picklist(levels),
  /** Statement that it is about, from 0; null: the whole text. */
  statement: v.nullable(Offset),
  start: Offset,
  end: Offset,
  message: v.string(),
  /** SQL to write instead; null when no rewrite is safe. */
  rewrite: v.nullable(v.string()),
  /** The author's reason for setting the rule aside here; null when it counts. */
  waived: v.nullable(v.string()),
});
export type FindingView = v.InferOutput<typeof FindingView>;

/** What the review says of one statement. */
const StatementReview = v.strictObject({
  start: Offset,
  end: Offset,
  kind: v.picklist(statementKinds),
  /** What it does, in one sentence. */
  summary: v.string(),
  /** Locks that others feel, rewrites, scans, no way back: a sentence each. */
  effects: v.array(v.string()),
});

const Risk = v.strictObject({
  level: v.picklist(riskLevels),
  /** From the heaviest. */
  reasons: v.array(
    v.strictObject({
      code: v.string(),
      level: v.picklist(riskLevels),
      text: v.string(),
      statement: v.nullable(Offset),
    }),
  ),
});

const OtherChanges = v.strictObject({
  changes: v.array(
    v.strictObject({
      issueKey: v.string(),
      status: v.picklist(['in-review', 'approved', 'running']),
      /** True when one of the two would wait for the other to end. */
      waits: v.boolean(),
      words: v.array(v.string()),
    }),
  ),
  /** True when there are more open changes than were compared. */
  more: v.boolean(),
});

/**
 * What the review says of a text. Deterministic: whoever asks about the same text on the same connection with the same
 * structure reads the same.
 */
export const ReviewView = v.strictObject({
  statements: v.array(StatementReview),
  findings: v.array(FindingView),
  risk: Risk,
  /** Other open changes on the same tables as they stand now; the only part that the text does not decide. */
  others: OtherChanges,
  /** The structure of the database that it is made with, and when that was read; null: without. */
  structure: v.nullable(v.strictObject({ digest: Sha256Hex, takenAt: UtcTime })),
});
export type ReviewView = v.InferOutput<typeof ReviewView>;
