import { useCallback, useEffect, useReducer, useRef } from 'react';
import {
  bucketJql,
  buckets,
  durations,
  maxWaiting,
  waitingJql,
  type Duration,
} from '#core/compliance/gadget-searches';
import {
  complianceRules,
  ruleCountJql,
  ruleJql,
  type ComplianceRule,
  type RuleKey,
  type Scope,
} from '#core/compliance/rules';
import { countIssues, findIssues, JiraFailure, type FoundIssue } from './jira';

/** An answer of Jira, or words why there is none. Never a made-up value. */
type Answer<T> =
  { readonly state: 'ready'; readonly value: T } | { readonly state: 'failed'; readonly message: string };
type Loaded<T> = { readonly state: 'loading' } | Answer<T>;

const loading = { state: 'loading' } as const;

/** Counts of one duration, in the order of the buckets. */
type BucketCounts = readonly number[];

export interface GadgetData {
  readonly counts: Readonly<Record<RuleKey, Loaded<number>>>;
  /** The oldest offender of a rule with hits; null when there is none any more. */
  readonly oldest: Readonly<Partial<Record<RuleKey, Answer<FoundIssue | null>>>>;
  readonly waiting: Loaded<readonly FoundIssue[]>;
  readonly durations: Loaded<Readonly<Record<Duration, BucketCounts>>>;
}

const nothing: GadgetData = {
  counts: Object.fromEntries(complianceRules.map(({ key }) => [key, loading])) as GadgetData['counts'],
  oldest: {},
  waiting: loading,
  durations: loading,
};

type Patch = (data: GadgetData) => GadgetData;

export interface GadgetLoader {
  readonly data: GadgetData;
  retryRule(rule: ComplianceRule): void;
  retryWaiting(): void;
  retryDurations(): void;
}

/** Loads what the gadget shows of a scope: first the counts of all rules at once, then the rest. */
export function useGadgetData(scope: Scope): GadgetLoader {
  const [data, patch] = useReducer((before: GadgetData, change: Patch) => change(before), nothing);
  /** Answers to an earlier question are dropped. */
  const round = useRef(0);

  const asker = useCallback(() => {
    const asked = round.current;
    return (change: Patch): void => {
      if (asked === round.current) patch(change);
    };
  }, []);
  const { projectKey, environment, days } = scope;
  useEffect(() => {
    round.current += 1;
    void loadAll({ projectKey, environment, days }, asker());
    return () => {
      round.current += 1;
    };
  }, [projectKey, environment, days, asker]);

  return {
    data,
    retryRule(rule) {
      const show = asker();
      show((before) => withCount(before, rule.key, loading));
      void loadCount(rule, scope, show).then((count) => loadOldest(rule, scope, count, show));
    },
    retryWaiting() {
      const show = asker();
      show((before) => ({ ...before, waiting: loading }));
      void loadWaiting(scope, show);
    },
    retryDurations() {
      const show = asker();
      show((before) => ({ ...before, durations: loading }));
      void loadDurations(scope, show);
    },
  };
}

type Show = (change: Patch) => void;

async function loadAll(scope: Scope, show: Show): Promise<void> {
  const counts = await Promise.all(complianceRules.map((rule) => loadCount(rule, scope, show)));
  await Promise.all([
    loadWaiting(scope, show),
    ...complianceRules.map((rule, index) => loadOldest(rule, scope, counts[index], show)),
    loadDurations(scope, show),
  ]);
}

async function loadCount(rule: ComplianceRule, scope: Scope, show: Show): Promise<number | undefined> {
  const count = await loaded(() => countIssues(ruleCountJql(rule, scope)));
  show((before) => withCount(before, rule.key, count));
  return count.state === 'ready' ? count.value : undefined;
}

async function loadOldest(
  rule: ComplianceRule,
  scope: Scope,
  count: number | undefined,
  show: Show,
): Promise<void> {
  if (count === undefined || count === 0) return;
  const oldest = await loaded(async () => (await findIssues(ruleJql(rule, scope), 1))[0] ?? null);
  show((before) => ({ ...before, oldest: { ...before.oldest, [rule.key]: oldest } }));
}

async function loadWaiting(scope: Scope, show: Show): Promise<void> {
  const waiting = await loaded(() => findIssues(waitingJql(scope), maxWaiting));
  show((before) => ({ ...before, waiting }));
}

async function loadDurations(scope: Scope, show: Show): Promise<void> {
  const counted = await loaded(async () => {
    const entries = durations.map(async (duration): Promise<[Duration, BucketCounts]> => [
      duration,
      await Promise.all(buckets.map((bucket) => countIssues(bucketJql(duration, bucket, scope)))),
    ]);
    return Object.fromEntries(await Promise.all(entries)) as Record<Duration, BucketCounts>;
  });
  show((before) => ({ ...before, durations: counted }));
}

function withCount(data: GadgetData, rule: RuleKey, count: Loaded<number>): GadgetData {
  const { [rule]: _oldest, ...oldest } = data.oldest;
  return { ...data, counts: { ...data.counts, [rule]: count }, oldest };
}

async function loaded<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { state: 'ready', value: await ask() };
  } catch (error) {
    if (error instanceof JiraFailure) return { state: 'failed', message: error.message };
    throw error;
  }
}
