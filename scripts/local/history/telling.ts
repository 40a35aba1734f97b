import type { ChangeEventBody } from '#core/change/event';
import type { RuleKey } from '#core/compliance/rules';
import type { Environment } from '#core/protocol/claims';
import { later, minuteMs } from './calendar';
import type { Random } from './random';
import { makeTask, type Task } from './texts';

/** What was written for review. */
export interface Content extends Task {
  readonly environment: Environment;
}

/** What happened, before it has digests: those need the number. */
export type Deed =
  | { readonly type: 'submit'; readonly content: Content; readonly editors: readonly string[] }
  /** `stale`: the vote saw another text than the one under review. */
  | { readonly type: 'vote'; readonly stale: boolean; readonly comment: string }
  | { readonly type: 'approve' }
  | { readonly type: 'run'; readonly kind: 'apply' | 'rollback' }
  | {
      readonly type: 'outcome';
      readonly kind: 'apply' | 'rollback';
      readonly status: 'succeeded' | 'failed' | 'unknown';
      readonly rows: number | null;
      readonly code: string | null;
      readonly message: string | null;
    }
  | { readonly type: 'not-started'; readonly code: string; readonly message: string }
  | { readonly type: 'other'; readonly body: ChangeEventBody };

export interface Step {
  readonly at: number;
  readonly actor: string;
  readonly deed: Deed;
}

/** A rule that a change breaks, and when it did. */
export interface Offence {
  readonly rule: RuleKey;
  readonly at: number;
}

/** What is known of a change because it was made up so; expected counts come from here. */
export interface Facts {
  environment: Environment | null;
  submittedAt: number | null;
  approvedAt: number | null;
  executedAt: number | null;
  /** Asked, and have not voted. */
  pending: readonly string[];
}

/** One change from its first draft to now. */
export interface Story {
  readonly kind: string;
  readonly author: string;
  readonly createdAt: number;
  readonly content: Content;
  readonly steps: readonly Step[];
  readonly offences: readonly Offence[];
  readonly facts: Readonly<Facts>;
}

/** Who takes part. */
export interface Cast {
  readonly authors: readonly [string, ...string[]];
  readonly approvers: readonly [string, string, ...string[]];
  readonly operator: string;
}

/** Approvals asked for in an environment. */
export const approvalsIn = (environment: Environment): number => (environment === 'prod' ? 2 : 1);

/** Tells a story step by step; the cursor `at` moves on with every wait. */
export class Telling {
  at: number;
  readonly steps: Step[] = [];
  readonly offences: Offence[] = [];
  readonly facts: Facts = {
    environment: null,
    submittedAt: null,
    approvedAt: null,
    executedAt: null,
    pending: [],
  };
  readonly createdAt: number;
  readonly author: string;
  content: Content;
  #voted: string[] = [];
  readonly random: Random;
  readonly cast: Cast;

  constructor(random: Random, cast: Cast, startsAt: number, environment: Environment) {
    this.random = random;
    this.cast = cast;
    this.at = startsAt;
    this.createdAt = this.at;
    this.author = random.pick(cast.authors);
    this.content = { ...makeTask(random), environment };
  }

  wait(median: number): this {
    this.at = later(this.at, this.random.minutes(median));
    return this;
  }

  /** Exactly so long, whatever the hour. */
  pass(minutes: number): this {
    this.at += minutes * minuteMs;
    return this;
  }

  did(actor: string, deed: Deed): this {
    this.steps.push({ at: this.at, actor, deed });
    return this;
  }

  offends(...rules: readonly RuleKey[]): this {
    this.offences.push(...rules.map((rule): Offence => ({ rule, at: this.at })));
    return this;
  }

  submit(editors: readonly string[] = []): this {
    Object.assign(this.facts, {
      environment: this.content.environment,
      submittedAt: this.at,
      approvedAt: null,
      executedAt: null,
      pending: this.cast.approvers.filter((who) => who !== this.author && !editors.includes(who)),
    } satisfies Facts);
    this.#voted = [];
    return this.did(this.author, { type: 'submit', content: this.content, editors });
  }

  vote(who: string, stale = false): this {
    this.facts.pending = this.facts.pending.filter((asked) => asked !== who);
    this.#voted.push(who);
    const comment = this.random.chance(0.2) ? this.random.pick(['Checked.', 'Fine.', 'Tried it on QA.']) : '';
    return this.did(who, { type: 'vote', stale, comment });
  }

  /** As many different approvers as the environment asks for, less `short`, some time apart. */
  votes(short = 0, stale = false): this {
    const order = this.random.chance(0.5) ? this.cast.approvers : this.cast.approvers.toReversed();
    for (const who of order.slice(0, approvalsIn(this.content.environment) - short)) {
      this.wait(35).vote(who, stale);
    }
    return this;
  }

  approve(): this {
    this.facts.approvedAt = this.at;
    this.facts.pending = [];
    return this.did('app', { type: 'approve' });
  }

  run(kind: 'apply' | 'rollback' = 'apply'): this {
    this.facts.pending = [];
    const who = this.random.chance(0.8) ? this.author : this.cast.operator;
    return this.did(who, { type: 'run', kind });
  }

  succeed(kind: 'apply' | 'rollback' = 'apply'): this {
    this.pass(1);
    if (kind === 'apply') this.facts.executedAt = this.at;
    const { rows } = this.content;
    return this.did('executor', {
      type: 'outcome',
      kind,
      status: 'succeeded',
      rows,
      code: null,
      message: null,
    });
  }

  fail(): this {
    const [code, message] = this.random.pick<readonly [string, string]>([
      ['23505', 'unique_violation'],
      ['55P03', 'lock_not_available'],
      ['57014', 'query_canceled'],
      ['42703', 'undefined_column'],
    ]);
    return this.pass(2).did('executor', {
      type: 'outcome',
      kind: 'apply',
      status: 'failed',
      rows: null,
      code,
      message,
    });
  }

  other(actor: string, body: ChangeEventBody): this {
    return this.did(actor, { type: 'other', body });
  }

  /** Back to a draft: the revision and all that belongs to it are void. */
  void(): this {
    Object.assign(this.facts, {
      environment: null,
      submittedAt: null,
      approvedAt: null,
      executedAt: null,
      pending: [],
    });
    return this;
  }

  end(kind: string): Story {
    const { author, createdAt, content, steps, offences, facts } = this;
    return { kind, author, createdAt, content, steps, offences, facts };
  }
}
