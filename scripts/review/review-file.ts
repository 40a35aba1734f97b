import type { EffectiveConfig } from '#core/sql/review/config';
import { fullReview, type FullReview } from '#core/sql/review/full-review';
import type { ReviewContext, RuleDocs } from '#core/sql/review/rule';
import { sqlParser } from '../../executor/sql/parser';
import { docsById } from './rule-docs';

/** A review of a file, with why and what to do by rule. */
export interface FileReview extends FullReview {
  readonly file: string;
  readonly docs: ReadonlyMap<string, RuleDocs>;
}

/** Reviews the text of a file. */
export async function reviewFile(
  file: string,
  text: string,
  config: EffectiveConfig,
  context: ReviewContext,
): Promise<FileReview> {
  const full = await fullReview(sqlParser, text, config, { ...context, rows: [], time: null });
  return { file, ...full, docs: await docsById(full.review.findings.map(({ rule }) => rule)) };
}
