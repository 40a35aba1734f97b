import * as v from 'valibot';
import { Sha256Hex } from '../protocol/claims';
import { CustomRule, ReviewConfig } from '../sql/review/config';
import { categories, levels } from '../sql/review/rule';

/** A rule without its code and without its documentation. */
export const RuleListing = v.strictObject({
  id: v.string(),
  title: v.string(),
  category: v.picklist(categories),
  /** Level where nothing is configured. */
  level: v.picklist(levels),
  /** Values where nothing is configured; their types are what may be configured. */
  options: v.record(
    v.string(),
    v.union([v.number(), v.string(), v.boolean(), v.pipe(v.array(v.string()), v.readonly())]),
  ),
});
export type RuleListing = v.InferOutput<typeof RuleListing>;

/** Every rule, and what the site says of them. */
export const ReviewRules = v.strictObject({
  rules: v.array(RuleListing),
  config: ReviewConfig,
  /** Names the configuration; null: nothing is configured. */
  digest: v.nullable(Sha256Hex),
});
export type ReviewRules = v.InferOutput<typeof ReviewRules>;

/** Longest text on which a rule is tried, characters. */
export const maxTrialLength = 20_000;

/** Calls about the review's rules; administrators only. */
export const reviewRuleCalls = {
  'review-rules': { payload: v.strictObject({}), value: ReviewRules },
  /** `base`: digest of what was shown. `accepted`: what the administrator agreed to lose in production, by key. */
  'save-review-rules': {
    payload: v.strictObject({
      base: v.nullable(Sha256Hex),
      /** A `ReviewConfig` as it was written; read by the use case, which says all that is wrong with it. */
      config: v.unknown(),
      accepted: v.pipe(v.array(v.string()), v.maxLength(5_000)),
    }),
    value: ReviewRules,
  },
  /** Which statements of a text a rule would find; numbers from 0. Nothing is kept. */
  'try-rule': {
    payload: v.strictObject({
      rule: CustomRule,
      sql: v.pipe(
        v.string(),
        v.maxLength(maxTrialLength, `At most ${maxTrialLength} characters can be tried.`),
      ),
    }),
    value: v.strictObject({
      statements: v.number(),
      matches: v.array(v.number()),
      /** Why the text cannot be read; null when it can. */
      problem: v.nullable(v.string()),
    }),
  },
} as const;
