import * as v from 'valibot';
import { panelCalls, type PanelCallName, type PanelValue, type Reply } from '#core/panel/contract';
import type { ChangeView, DraftView } from '#core/panel/view';
import { emptySettings } from '#core/settings/settings';
import { sqlParser } from '../../../../executor/sql/parser';
import { reviewSql } from '../../../../src/app/review-sql';
import { names, rollbackPlan } from './fixture-content';
import { reportOf } from './fixture-dry-run';
import { resultFor, timeline } from './fixture-outcomes';

/** What answers a page: the app's resolver, Jira, and the bridge's other commands. A throw rejects the page's call. */
export interface Backend {
  invoke(name: string, payload: Record<string, unknown>): unknown;
  product(path: string): { status: number; body: unknown };
  /** Commands of the bridge that only some pages use. */
  bridge?(command: string, data: Record<string, unknown>): unknown;
}

const nothingSaid: PanelValue<'preflight'> = {
  schemaDigest: null,
  schemaShape: null,
  schemaNote: null,
  schemaRefusal: null,
  rollbackPlan: null,
  rollbackRefusal: null,
  exportRefusal: null,
  refusal: null,
};

/** Why a change has no automatic rollback, as a look answers it. */
export const noPlan = (words: string): Reply<PanelValue<'preflight'>> => ({
  ok: true,
  value: { ...nothingSaid, rollbackRefusal: words },
});

/** The review is the app's own. */
async function review(payload: unknown): Promise<Reply<unknown>> {
  const settings = { read: async () => emptySettings('harness') };
  const wish = { ...v.parse(panelCalls.review.payload, payload), digest: null };
  const unread = (): never => {
    throw new Error('a review without a digest reads the settings only');
  };
  const reviewConfigs = { read: unread };
  const openChanges = { on: async () => ({ changes: [], more: false }) };
  const ports = {
    settings,
    reviewConfigs,
    openChanges,
    ledger: { read: unread },
    dryRuns: { receipt: unread },
  };
  return {
    ok: true,
    value: await reviewSql(ports, sqlParser, '10042', wish, { known: null, mayMeet: true }),
  };
}

/** One call that the panel made. */
export interface RecordedCall {
  readonly name: PanelCallName;
  readonly payload: Record<string, unknown>;
  readonly at: number;
}

/** Plays the app's resolver for one opened page: one view, changed by saves and by the test. */
export class FakeBackend implements Backend {
  view: ChangeView;
  readonly calls: RecordedCall[] = [];
  /** The answer to every `save-draft` while set. */
  saveRefusal: Reply<never> | undefined;
  /** What the executor says of a run. */
  progress: PanelValue<'progress'> = { progress: null, silent: false };
  /** The earlier revision of a change that was submitted again. */
  since: PanelValue<'since'>['since'] = null;
  /** What ran below: nothing, and there is no connection of another environment. */
  ranBefore: PanelValue<'ran-before'> = {
    required: false,
    environments: [],
    maxAgeDays: 30,
    missing: null,
    runs: [],
    below: [],
    above: [],
  };
  /** The answer to every `structure`. */
  structure: PanelValue<'structure'> = {
    digest: null,
    takenAt: null,
    problem: 'the executor does not answer',
    names: null,
  };
  /** The answer to every `preflight`. */
  look: Reply<PanelValue<'preflight'>> = { ok: true, value: { ...nothingSaid, rollbackPlan } };
  /** Addresses that the panel had opened. */
  readonly opened: unknown[] = [];
  #nextReply: Reply<unknown> | undefined;

  constructor(view: ChangeView) {
    this.view = structuredClone(view);
  }

  /** Makes the next action answer `reply`. */
  answerNext(reply: Reply<unknown>): void {
    this.#nextReply = reply;
  }

  /** Calls named `name`, in order. */
  called(name: PanelCallName): RecordedCall[] {
    return this.calls.filter((call) => call.name === name);
  }

  /** Answers an `invoke`. */
  invoke(name: PanelCallName, payload: Record<string, unknown>): Reply<unknown> | Promise<Reply<unknown>> {
    this.calls.push({ name, payload, at: Date.now() });
    if (name === 'view') return { ok: true, value: this.view };
    if (name === 'progress') return { ok: true, value: this.progress };
    if (name === 'dry-run-report') return { ok: true, value: reportOf(this.view.dryRun) };
    if (name === 'timeline') return { ok: true, value: timeline };
    if (name === 'result') return { ok: true, value: resultFor(this.view, payload['kind']) };
    if (name === 'evidence')
      return { ok: true, value: { order: 'order.jws', orderNote: null, receipt: 'receipt.jws' } };
    if (name === 'preflight') return this.look;
    if (name === 'review') return review(payload);
    if (name === 'structure') return { ok: true, value: this.structure };
    if (name === 'since') return { ok: true, value: { since: this.since } };
    if (name === 'ran-before') return { ok: true, value: this.ranBefore };
    if (name === 'save-draft') return this.#save(payload);
    const reply = this.#nextReply ?? { ok: true, value: this.view };
    this.#nextReply = undefined;
    return reply;
  }

  /** Answers `requestJira`; only the bulk user read is asked for. */
  product(path: string): { status: number; body: unknown } {
    const url = new URL(path, 'http://jira.invalid');
    if (url.pathname !== '/rest/api/3/user/bulk') return { status: 501, body: {} };
    const values = url.searchParams
      .getAll('accountId')
      .filter((accountId) => names[accountId] !== undefined)
      .map((accountId) => ({ accountId, displayName: names[accountId] }));
    return { status: 200, body: { values } };
  }

  bridge(command: string, data: Record<string, unknown>): unknown {
    if (command !== 'navigate') throw new Error(`not expected: ${command}`);
    this.opened.push(data);
    return true;
  }

  #save(payload: Record<string, unknown>): Reply<unknown> {
    if (this.saveRefusal) return this.saveRefusal;
    const stored = this.view.draft;
    if (stored === null) return { ok: false, error: { code: 'illegal', message: 'Not a draft.' } };
    if (payload['baseVersion'] !== stored.version) {
      return { ok: false, error: { code: 'conflict', message: 'The draft moved.', details: stored } };
    }
    const draft: DraftView = {
      version: stored.version + 1,
      content: payload['content'] as DraftView['content'],
      savedAt: new Date().toISOString(),
      savedBy: this.view.viewer,
    };
    this.view = { ...this.view, draft };
    return { ok: true, value: draft };
  }
}
