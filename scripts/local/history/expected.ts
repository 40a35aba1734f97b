import { complianceRules, type RuleKey, type Scope } from '#core/compliance/rules';
import { dayMs, minuteMs } from './calendar';
import type { Offence, Story } from './telling';

/** A change of a generated history: what it is in Jira, and what is known of it. */
export interface MadeChange {
  readonly id: string;
  readonly key: string;
  readonly projectKey: string;
  readonly story: Story;
}

const slowMinutes = 24 * 60;

/** Keys of the changes that break a rule, oldest first, by the facts of each story alone. */
export function expectedOffenders(
  changes: readonly MadeChange[],
  rule: RuleKey,
  scope: Scope,
  now: number,
): string[] {
  const standing = complianceRules.find(({ key }) => key === rule)?.standing ?? false;
  const days = standing ? null : scope.days;
  return inPlace(changes, scope)
    .flatMap((change) => offencesOf(change.story).map((offence) => ({ change, ...offence })))
    .filter((offence) => offence.rule === rule && (days === null || offence.at >= now - days * dayMs))
    .sort((one, other) => one.at - other.at || younger(one.change, other.change))
    .map(({ change }) => change.key);
}

/** Of the same moment the younger issue comes first, as in the host's searches. */
const younger = (one: MadeChange, other: MadeChange): number => Number(other.id) - Number(one.id);

function offencesOf({ offences, facts }: Story): Offence[] {
  const lead = minutes(facts.submittedAt, facts.executedAt);
  const slow = lead !== null && lead > slowMinutes && facts.executedAt !== null;
  return slow ? [...offences, { rule: 'slow-lead-time', at: facts.executedAt ?? 0 }] : [...offences];
}

/** How many changes took from `from` to below `to` minutes (null: no end) until they were approved or had succeeded. */
export function expectedWithin(
  changes: readonly MadeChange[],
  until: 'approvedAt' | 'executedAt',
  [from, to]: readonly [from: number, to: number | null],
  scope: Scope,
  now: number,
): number {
  return inPlace(changes, scope).filter(({ story: { facts } }) => {
    const took = minutes(facts.submittedAt, facts[until]);
    if (took === null || (scope.days !== null && (facts[until] ?? 0) < now - scope.days * dayMs))
      return false;
    return took >= from && (to === null || took < to);
  }).length;
}

/** Keys of the changes that wait for a person, oldest first. */
export function expectedWaiting(changes: readonly MadeChange[], accountId: string, scope: Scope): string[] {
  return inPlace(changes, scope)
    .filter(({ story }) => story.facts.pending.includes(accountId))
    .sort(
      (one, other) =>
        (one.story.facts.submittedAt ?? 0) - (other.story.facts.submittedAt ?? 0) || younger(one, other),
    )
    .map(({ key }) => key);
}

function inPlace(changes: readonly MadeChange[], { projectKey, environment }: Scope): MadeChange[] {
  return changes.filter(
    (change) =>
      (projectKey === null || change.projectKey === projectKey) &&
      (environment === null || change.story.facts.environment === environment),
  );
}

function minutes(from: number | null, to: number | null): number | null {
  return from === null || to === null ? null : Math.round((to - from) / minuteMs);
}
