import type { Environment } from '#core/protocol/claims';
import { dayMs, later, minuteMs } from './calendar';
import type { Random } from './random';
import { Telling, type Cast, type Story } from './telling';

/** A kind of life, the share of it, and where it may be set. */
interface Kind {
  readonly name: string;
  /** Of all changes; at least one is made of each. 0: all the rest. */
  readonly share: number;
  /** Only here; else anywhere. */
  readonly environment?: Environment;
  /** Minutes before now at which it begins; else anywhere in the year. */
  readonly begins?: readonly [least: number, most: number];
  readonly tell: (telling: Telling) => Telling;
}

const approved = (telling: Telling): Telling => telling.wait(40).submit().votes().approve();
const succeeded = (telling: Telling): Telling => approved(telling).wait(25).run().succeed();
const forced = {
  type: 'attempt-recorded',
  code: 'status-forced',
  message: 'The issue was moved on the board.',
} as const;
const look = {
  type: 'attention-raised',
  code: 'status-forced',
  message: 'Somebody went round the rules: the issue was moved on the board.',
} as const;
const resolved = {
  type: 'resolved',
  outcome: 'succeeded',
  reason: 'Run by hand during the outage.',
} as const;

/** Lives as the rules want them. */
const rightful: readonly Kind[] = [
  { name: 'succeeded', share: 0, tell: succeeded },
  {
    name: 'sent back once',
    share: 0.08,
    tell: (t) => {
      const [reviewer] = t.cast.approvers;
      t.wait(40).submit().wait(50);
      t.other(reviewer, { type: 'changes-requested', reason: 'Name the rows by their key.' }).void();
      return succeeded(t.wait(90));
    },
  },
  {
    name: 'failed, then reworked',
    share: 0.04,
    tell: (t) => {
      approved(t).wait(20).run().fail().wait(60).other(t.author, { type: 'reworked' }).void();
      return succeeded(t);
    },
  },
  {
    name: 'rolled back',
    share: 0.04,
    tell: (t) => succeeded(t).wait(60).run('rollback').succeed('rollback'),
  },
  {
    name: 'refused once, then run',
    share: 0.015,
    tell: (t) => {
      approved(t).wait(20).run().pass(1);
      t.did('app', { type: 'not-started', code: 'not-ready', message: 'The database was in maintenance.' });
      return t.wait(30).run().succeed();
    },
  },
  {
    name: 'rejected',
    share: 0.04,
    tell: (t) => {
      t.wait(40).submit().wait(60);
      t.facts.pending = [];
      return t.other(t.cast.approvers[1], { type: 'rejected', reason: 'This would touch every customer.' });
    },
  },
  {
    name: 'cancelled',
    share: 0.03,
    tell: (t) => {
      t.wait(40).submit().wait(80);
      t.facts.pending = [];
      return t.other(t.author, { type: 'cancelled' });
    },
  },
  { name: 'draft', share: 0.02, tell: (t) => t },
  { name: 'in review for a short while', share: 0.012, begins: [12, 100], tell: (t) => t.pass(5).submit() },
  {
    name: 'half approved',
    share: 0.006,
    environment: 'prod',
    begins: [30, 120],
    tell: (t) => t.pass(5).submit().pass(10).vote(t.random.pick(t.cast.approvers)),
  },
  { name: 'approved', share: 0.01, tell: approved },
];

/** Rules of the present that rightful changes break. */
const standing: readonly Kind[] = [
  {
    name: 'waiting',
    share: 0.014,
    begins: [330, 6 * 24 * 60],
    tell: (t) => t.pass(15).submit().offends('waiting-too-long'),
  },
  {
    name: 'failed',
    share: 0.012,
    tell: (t) => approved(t).wait(20).run().fail().offends('failed-not-recovered'),
  },
  {
    name: 'unknown outcome',
    share: 0.006,
    tell: (t) => {
      approved(t).wait(20).run().pass(3);
      t.did('executor', {
        type: 'outcome',
        kind: 'apply',
        status: 'unknown',
        rows: null,
        code: 'connection-lost',
        message: 'The connection was lost before the answer to COMMIT.',
      });
      return t.offends('failed-not-recovered');
    },
  },
];

/** What today's app would refuse. */
const violations: readonly Kind[] = [
  {
    name: 'one approval short',
    share: 0.006,
    environment: 'prod',
    tell: (t) => t.wait(40).submit().votes(1).approve().wait(20).run().succeed().offends('too-few-approvers'),
  },
  {
    name: 'run without any approval',
    share: 0.003,
    tell: (t) =>
      t.wait(40).submit().wait(10).run().succeed().offends('too-few-approvers', 'ran-before-approval'),
  },
  {
    name: 'failed without any approval',
    share: 0.003,
    tell: (t) =>
      t
        .wait(40)
        .submit()
        .wait(10)
        .run()
        .fail()
        .offends('too-few-approvers', 'ran-before-approval', 'failed-not-recovered'),
  },
  {
    name: 'declared applied in review',
    share: 0.003,
    tell: (t) => {
      t.wait(40)
        .submit()
        .wait(30)
        .other(t.author, forced)
        .offends('attempts-refused')
        .other('app', look)
        .wait(60);
      t.facts.pending = [];
      return t.other(t.cast.operator, resolved).offends('too-few-approvers');
    },
  },
  {
    name: 'declared applied without a review',
    share: 0.002,
    tell: (t) => {
      t.wait(30).other(t.author, forced).offends('attempts-refused').other('app', look).wait(60);
      return t.other(t.cast.operator, resolved).offends('too-few-approvers');
    },
  },
  {
    name: 'approved by its author',
    share: 0.005,
    tell: (t) => {
      t.wait(40).submit().offends('approved-by-author').wait(15).vote(t.author);
      const [second] = t.cast.approvers;
      if (t.content.environment === 'prod') t.wait(20).vote(second);
      return t.approve().wait(15).run().succeed();
    },
  },
  {
    name: 'approved by somebody who wrote in it',
    share: 0.003,
    environment: 'qa',
    tell: (t) => {
      const [editor] = t.cast.approvers;
      return t
        .wait(40)
        .submit([editor])
        .offends('approved-by-author')
        .wait(15)
        .vote(editor)
        .approve()
        .wait(9)
        .run()
        .succeed();
    },
  },
  {
    name: 'another text than the approved one',
    share: 0.005,
    tell: (t) =>
      t.wait(40).submit().votes(0, true).approve().wait(20).run().succeed().offends('changed-after-approval'),
  },
  {
    name: 'approved while it ran',
    share: 0.005,
    tell: (t) =>
      t.wait(40).submit().wait(10).run().pass(2).votes().approve().succeed().offends('ran-before-approval'),
  },
  {
    name: 'vote without the panel',
    share: 0.008,
    tell: (t) => {
      const message =
        'Somebody made the Approve transition without having approved in the panel; it does not count.';
      t.wait(40).submit().wait(20);
      t.other(t.cast.operator, { type: 'attempt-recorded', code: 'vote-mismatch', message });
      return t.offends('attempts-refused').votes().approve().wait(20).run().succeed();
    },
  },
  {
    name: 'draft moved on the board',
    share: 0.003,
    tell: (t) => t.wait(30).other(t.author, forced).offends('attempts-refused'),
  },
];

const kinds: readonly Kind[] = [...rightful, ...standing, ...violations];

/** The fewest changes in which every kind of life and enough ordinary ones have room. */
export const fewestChanges = kinds.length * 2;

const yearMinutes = 364 * 24 * 60;
/** The last thing that happened is at least so long ago. */
const silentMs = 3 * minuteMs;
const anywhere: readonly [Environment, ...Environment[]] = [
  'dev',
  'dev',
  'dev',
  'qa',
  'qa',
  'staging',
  'prod',
  'prod',
  'prod',
];

/** Makes up `count` stories of the year before `now`, oldest first. Each has random numbers of its own. */
export function tellStories(
  count: number,
  now: number,
  cast: Cast,
  randomOf: (story: number) => Random,
): Story[] {
  const rare = kinds.flatMap((kind): Kind[] =>
    kind.share === 0 ? [] : Array<Kind>(Math.max(1, Math.round(kind.share * count))).fill(kind),
  );
  const common = kinds.filter(({ share }) => share === 0);
  const chosen = Array.from({ length: count }, (_, index) => rare[index] ?? common[index % common.length]);
  return chosen
    .flatMap((kind, index) => (kind ? [tell(kind, now, cast, randomOf(index))] : []))
    .sort((one, other) => one.createdAt - other.createdAt);
}

function tell(kind: Kind, now: number, cast: Cast, random: Random): Story {
  const [least, most] = kind.begins ?? [240, yearMinutes];
  const begins = now - random.whole(least, most) * minuteMs;
  const environment = kind.environment ?? random.pick(anywhere);
  // What is open now began when it did, whether people were at work or not.
  const startsAt = kind.begins ? begins - (begins % minuteMs) : later(begins, 0);
  const story = kind.tell(new Telling(random, cast, startsAt, environment)).end(kind.name);
  return earlier(story, weeksOver(story, now - silentMs));
}

/** Whole weeks by which a story reaches beyond `end`: weekdays stay what they are. */
function weeksOver(story: Story, end: number): number {
  const last = story.steps.at(-1)?.at ?? story.createdAt;
  return Math.max(0, Math.ceil((last - end) / (7 * dayMs)));
}

function earlier(story: Story, weeks: number): Story {
  if (weeks === 0) return story;
  const back = <T extends number | null>(at: T): T => (at === null ? at : ((at - weeks * 7 * dayMs) as T));
  const { facts } = story;
  return {
    ...story,
    createdAt: back(story.createdAt),
    steps: story.steps.map((step) => ({ ...step, at: back(step.at) })),
    offences: story.offences.map((offence) => ({ ...offence, at: back(offence.at) })),
    facts: {
      ...facts,
      submittedAt: back(facts.submittedAt),
      approvedAt: back(facts.approvedAt),
      executedAt: back(facts.executedAt),
    },
  };
}
