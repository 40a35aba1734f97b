import { searchAlias } from '../property/index-property';
import { complianceRules, scopedJql, type Scope } from './rules';

/** The searches of the compliance gadget beside its rules, and the addresses at which people repeat them. */

/** Changes listed under "Waiting for you". */
export const maxWaiting = 5;

/** Every change in a bucket took at least `from` and less than `to` minutes; null has no end. */
export interface Bucket {
  readonly label: string;
  readonly from: number;
  readonly to: number | null;
}

export const buckets: readonly Bucket[] = [
  { label: 'Under 1 h', from: 0, to: 60 },
  { label: '1 to 4 h', from: 60, to: 240 },
  { label: '4 to 24 h', from: 240, to: 1_441 },
  // Where the rule on slow lead times begins.
  { label: 'Over 24 h', from: 1_441, to: null },
];

export const durations = ['approval', 'lead'] as const;
/** `approval`: from submission to the last approval. `lead`: from submission to success. */
export type Duration = (typeof durations)[number];

export const durationTitles: Readonly<Record<Duration, string>> = {
  approval: 'Until approved',
  lead: 'Until applied',
};

/** The most calls to Jira that opening the gadget makes, whatever the number of issues: a count and an oldest offender per rule, what waits, and the buckets. */
export const maxGadgetCalls = 2 * complianceRules.length + 1 + durations.length * buckets.length;

/** JQL of what waits for whoever asks, the oldest first. It waits now: no period hides it. */
export function waitingJql(scope: Scope): string {
  const clause = `${searchAlias('status')} = "in-review" AND ${searchAlias('pendingApprovers')} = currentUser()`;
  const waiting = scopedJql(clause, 'requestedAt', { ...scope, days: null });
  return `${waiting} ORDER BY ${searchAlias('requestedAt')} ASC`;
}

/** JQL of the changes in a bucket, by when they were approved or applied. */
export function bucketJql(duration: Duration, { from, to }: Bucket, scope: Scope): string {
  const minutes = searchAlias(duration === 'lead' ? 'leadMinutes' : 'approvalMinutes');
  const end = to === null ? '' : ` AND ${minutes} < ${to}`;
  return scopedJql(`${minutes} >= ${from}${end}`, duration === 'lead' ? 'executedAt' : 'approvedAt', scope);
}

/** Address of a search on the viewer's Jira. */
export function searchAddress(jql: string): string {
  return `/issues/?jql=${encodeURIComponent(jql)}`;
}

/** Address of an issue on the viewer's Jira. */
export function issueAddress(issueKey: string): string {
  return `/browse/${encodeURIComponent(issueKey)}`;
}
