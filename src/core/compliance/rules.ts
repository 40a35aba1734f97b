import { issueTypeName } from '../workflow/definition';
import { searchAlias, type indexedPaths } from '../property/index-property';
import { noDate } from '../property/index-words';

/**
 * The compliance rules: each is a JQL clause over the index property, so that every count is a search that anybody may
 * repeat. Saved filters, the dashboard's gadget and its tests are made from this list.
 */

export const ruleKeys = [
  'too-few-approvers',
  'approved-by-author',
  'changed-after-approval',
  'ran-before-approval',
  'failed-not-recovered',
  'attempts-refused',
  'waiting-too-long',
  'slow-lead-time',
] as const;
export type RuleKey = (typeof ruleKeys)[number];

type IndexedPath = keyof typeof indexedPaths;

export interface ComplianceRule {
  readonly key: RuleKey;
  /** Name of the saved filter after the product's name, and of the row in the gadget. */
  readonly title: string;
  /** What a hit means and what to do, one sentence, for the filter's description. */
  readonly meaning: string;
  /** `control`: any hit is a violation. `flow`: a hit is slow work, not a breach. */
  readonly kind: 'control' | 'flow';
  /** The clause, without scope. */
  readonly clause: string;
  /** When it happened, never a sentinel in a hit: orders the offenders, and is what a period restricts. */
  readonly dated: IndexedPath;
  /** True: a hit is so at this moment, however long ago it began, so that no period hides it. */
  readonly standing: boolean;
}

/** What a count is taken of; null does not restrict. */
export interface Scope {
  readonly projectKey: string | null;
  readonly environment: string | null;
  /** Days back from now. */
  readonly days: number | null;
}

export const everything: Scope = { projectKey: null, environment: null, days: null };

const of = (path: IndexedPath): string => searchAlias(path);
/** The SQL reached the database, or a person resolved the change as applied, whatever became of it later. */
const executed = `${of('ranAt')} > "${noDate.slice(0, 10)}"`;

export const complianceRules: readonly ComplianceRule[] = [
  {
    key: 'too-few-approvers',
    title: 'Executed without enough distinct approvers',
    meaning: 'The change ran, or was declared applied, with fewer approvals than its policy asked for.',
    kind: 'control',
    // Without a revision there was no review at all: nothing was asked for, so nothing is missing.
    clause: `${executed} AND (${of('approvalsMissing')} > 0 OR ${of('revision')} = 0)`,
    dated: 'ranAt',
    standing: false,
  },
  {
    key: 'approved-by-author',
    title: 'Approved by its author',
    meaning: 'Somebody who wrote the SQL is among its approvers.',
    kind: 'control',
    clause: `${of('approvedByAuthor')} = "yes"`,
    dated: 'requestedAt',
    standing: false,
  },
  {
    key: 'changed-after-approval',
    title: 'SQL changed after approval and still ran',
    meaning: 'What ran is not the revision that was approved.',
    kind: 'control',
    clause: `${of('changedAfterApproval')} = "yes"`,
    dated: 'ranAt',
    standing: false,
  },
  {
    key: 'ran-before-approval',
    title: 'Ran before it was approved',
    meaning: 'The execution began before the last required approval, or without any.',
    kind: 'control',
    clause: `${of('ranBeforeApproval')} = "yes"`,
    dated: 'ranAt',
    standing: false,
  },
  {
    key: 'failed-not-recovered',
    title: 'Failed and not recovered',
    meaning: 'The change failed or needs attention, and nobody has resolved, reworked or rolled it back.',
    kind: 'control',
    clause: `${of('status')} in ("failed", "needs-attention")`,
    dated: 'failedAt',
    standing: true,
  },
  {
    key: 'attempts-refused',
    title: 'Attempts to go round the rules',
    meaning: 'A move, vote or run that the rules forbid was tried and refused.',
    kind: 'control',
    clause: `${of('attempts')} > 0`,
    dated: 'attemptedAt',
    standing: false,
  },
  {
    key: 'waiting-too-long',
    title: 'Waiting for approval longer than 4 hours',
    meaning: 'The change is in review and was submitted more than four hours ago.',
    kind: 'flow',
    clause: `${of('status')} = "in-review" AND ${of('requestedAt')} < "-4h"`,
    dated: 'requestedAt',
    standing: true,
  },
  {
    key: 'slow-lead-time',
    title: 'Lead time over 24 hours',
    meaning: 'From submission to success took more than a day.',
    kind: 'flow',
    clause: `${of('leadMinutes')} > 1440`,
    dated: 'executedAt',
    standing: false,
  },
];

/** JQL of a clause within a scope. `dated` is restricted by the scope's period. */
export function scopedJql(clause: string, dated: IndexedPath, scope: Scope): string {
  const parts = [
    ...(scope.projectKey === null ? [] : [`project = ${quoted(scope.projectKey)}`]),
    `issuetype = ${quoted(issueTypeName)}`,
    clause,
    ...(scope.environment === null ? [] : [`${of('environment')} = ${quoted(scope.environment)}`]),
    ...(scope.days === null ? [] : [`${of(dated)} >= "-${scope.days}d"`]),
  ];
  return parts.join(' AND ');
}

/** JQL that counts the offenders of a rule. */
export function ruleCountJql(rule: ComplianceRule, scope: Scope): string {
  return scopedJql(rule.clause, rule.dated, rule.standing ? { ...scope, days: null } : scope);
}

/** JQL of a rule; its result is the offenders, oldest first. */
export function ruleJql(rule: ComplianceRule, scope: Scope): string {
  return `${ruleCountJql(rule, scope)} ORDER BY ${of(rule.dated)} ASC`;
}

/** A JQL string literal. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, (char) => `\\${char}`)}"`;
}
