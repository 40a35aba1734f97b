import * as fc from 'fast-check';
import { evolve } from '#core/change/machine';
import type { ChangeEventBody } from '#core/change/event';
import { initialState, type ChangeState } from '#core/change/state';
import {
  complianceRules,
  everything,
  ruleCountJql,
  ruleJql,
  ruleKeys,
  scopedJql,
  type RuleKey,
} from '#core/compliance/rules';
import { indexProperty } from '#core/property/derive-index';
import type { IndexProperty } from '#core/property/index-property';
import { noDate } from '#core/property/index-words';
import { at, author, events, examples, hash, stateAfter } from '../builders';

/** The clauses in words of this test, to judge a property without JQL; the JQL itself runs in the integration tests. */
const breaks: Readonly<Record<RuleKey, (property: IndexProperty) => boolean>> = {
  'too-few-approvers': (p) => p.ranAt !== noDate && (p.approvalsMissing > 0 || p.revision === 0),
  'approved-by-author': (p) => p.approvedByAuthor === 'yes',
  'changed-after-approval': (p) => p.changedAfterApproval === 'yes',
  'ran-before-approval': (p) => p.ranBeforeApproval === 'yes',
  'failed-not-recovered': (p) => p.status === 'failed' || p.status === 'needs-attention',
  'attempts-refused': (p) => p.attempts > 0,
  'waiting-too-long': (p) => p.status === 'in-review',
  'slow-lead-time': (p) => p.leadMinutes > 1440,
};
const brokenBy = (state: ChangeState): RuleKey[] =>
  ruleKeys.filter((key) => breaks[key](indexProperty(state, 1)));

describe('a rightful change', () => {
  test.each([
    ['draft', []],
    ['in-review', ['waiting-too-long']],
    ['approved', []],
    ['running', []],
    ['succeeded', []],
    ['failed', ['failed-not-recovered']],
    ['needs-attention', ['failed-not-recovered']],
    ['rolled-back', []],
    ['rejected', []],
    ['cancelled', []],
  ] as const)('%s breaks %j', (status, expected) => {
    expect(brokenBy(examples[status])).toEqual(expected);
  });
});

describe('a violation is found in every status in which it can stand', () => {
  const vote = [['approver-1', events.voted()]] as const;
  const submit = [[author, events.submitted()]] as const;
  const run = [[author, events.run()]] as const;
  const attention = { type: 'attention-raised', code: 'status-forced', message: 'moved' } as const;
  const resolved = (outcome: 'succeeded' | 'failed' | 'rolled-back') =>
    ({ type: 'resolved', outcome, reason: 'by hand' }) as const;
  const ends = ['succeeded', 'failed', 'unknown', 'outcome-lost'] as const;
  const rollBack = [
    [author, events.run(1, 'rollback')],
    ['executor', events.receipt('succeeded', 1, 'rollback')],
  ] as const;

  test.each(ends)('fewer approvals than asked for, ended %s', (end) => {
    const short = stateAfter(...submit, ...vote, ['app', events.approved(['approver-1'])], ...run, [
      'executor',
      events.receipt(end),
    ]);
    expect(brokenBy(short)).toContain('too-few-approvers');
    expect(brokenBy(short)).not.toContain('ran-before-approval');
  });

  test.each(ends)('run without or before approval, ended %s', (end) => {
    const without = stateAfter(...submit, ...run, ['executor', events.receipt(end)]);
    expect(brokenBy(without)).toEqual(expect.arrayContaining(['too-few-approvers', 'ran-before-approval']));
  });

  test('approved while it ran', () => {
    const approvedAt = '2026-11-21T10:03:00.000Z';
    const running = stateAfter(...submit, ...run, ...vote, ['approver-2', events.voted()]);
    const approved = evolve(running, { actor: 'app', body: events.approved(), at: approvedAt });
    const state = evolve(approved, { actor: 'executor', body: events.receipt('succeeded'), at: approvedAt });
    expect(brokenBy(state)).toEqual(['ran-before-approval']);
  });

  test.each(ends)('another text than the approved one, ended %s', (end) => {
    const stale = ['approver-1', 'approver-2'].map((who) => [who, events.voted(hash('e'))] as const);
    const state = stateAfter(...submit, ...stale, ['app', events.approved()], ...run, [
      'executor',
      events.receipt(end),
    ]);
    expect(brokenBy(state)).toContain('changed-after-approval');
  });

  test('approved by its author or by an editor: in review, approved, running, run and rolled back', () => {
    for (const [who, submitted] of [
      [author, events.submitted()],
      ['helper', events.submitted({ editors: ['helper'] })],
    ] as const) {
      const steps = [
        [author, submitted],
        [who, events.voted()],
        ['approver-1', events.voted()],
        ['app', events.approved([who, 'approver-1'])],
        ...run,
        ['executor', events.receipt('succeeded')],
        ...rollBack,
      ] as const;
      for (let length = 2; length <= steps.length; length += 1) {
        expect(brokenBy(stateAfter(...steps.slice(0, length)))).toContain('approved-by-author');
      }
      expect(brokenBy(stateAfter(...steps.slice(0, 1)))).not.toContain('approved-by-author');
    }
  });

  test('declared applied: in review, without a review, and rolled back', () => {
    for (const outcome of ['succeeded', 'rolled-back'] as const) {
      const inReview = stateAfter(...submit, ...vote, ['app', attention], ['operator', resolved(outcome)]);
      const unreviewed = stateAfter(['app', attention], ['operator', resolved(outcome)]);
      expect(brokenBy(inReview)).toEqual(['too-few-approvers']);
      expect(brokenBy(unreviewed)).toEqual(['too-few-approvers']);
    }
    const failed = stateAfter(...submit, ['app', attention], ['operator', resolved('failed')]);
    expect(brokenBy(failed)).toEqual(['failed-not-recovered']);
  });

  test('an attempt stays, whatever comes after', () => {
    const forced = { type: 'attempt-recorded', code: 'status-forced', message: 'moved' } as const;
    for (const state of Object.values(examples)) {
      const tried = evolve(state, { actor: 'x', body: forced, at });
      expect(brokenBy(tried)).toContain('attempts-refused');
      expect(brokenBy(evolve(tried, { actor: author, body: { type: 'reworked' }, at }))).toContain(
        'attempts-refused',
      );
    }
  });

  test('a refused, expired or revoked order has not run', () => {
    for (const end of ['refused', 'expired', 'revoked'] as const) {
      expect(brokenBy(stateAfter(...submit, ...run, ['executor', events.receipt(end)]))).toEqual([]);
    }
  });
});

/** Anything may follow anything, but only what was begun can end: a receipt or a rollback names its attempt. */
function stepped(state: ChangeState, [actor, body]: readonly [string, ChangeEventBody]): ChangeState {
  const begun = body.type !== 'receipt-accepted' || state[body.kind] !== null;
  return begun ? evolve(state, { actor, body, at }) : state;
}

test('a hit always has the date by which it is ordered and restricted', () => {
  const bodies = [
    [author, events.submitted()],
    [author, events.voted()],
    ['approver-1', events.voted()],
    ['app', events.approved()],
    [author, events.run()],
    ['executor', events.receipt('succeeded')],
    ['executor', events.receipt('failed')],
    ['executor', events.receipt('unknown')],
    ['executor', events.receipt('outcome-lost')],
    [author, events.run(1, 'rollback')],
    ['executor', events.receipt('failed', 1, 'rollback')],
    ['executor', events.receipt('succeeded', 1, 'rollback')],
    ['app', { type: 'attention-raised', code: 'x', message: 'x' }],
    ['operator', { type: 'resolved', outcome: 'succeeded', reason: 'x' }],
    ['operator', { type: 'resolved', outcome: 'failed', reason: 'x' }],
    ['x', { type: 'attempt-recorded', code: 'status-forced', message: 'x' }],
    [author, { type: 'reworked' }],
  ] as const;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...bodies), { maxLength: 12 }), (steps) => {
      const property = indexProperty(steps.reduce(stepped, initialState), 1);
      for (const rule of complianceRules) {
        if (breaks[rule.key](property))
          expect([rule.key, property[rule.dated]]).not.toEqual([rule.key, noDate]);
      }
    }),
    { numRuns: 2_000 },
  );
});

describe('JQL', () => {
  test('a scope restricts project, environment and period; a standing rule knows no period', () => {
    const scope = { projectKey: 'DB', environment: 'prod', days: 30 };
    for (const rule of complianceRules) {
      const jql = ruleJql(rule, scope);
      expect(jql).toContain('project = "DB" AND issuetype = "Query Change" AND ');
      expect(jql).toContain('queryChangeEnvironment = "prod"');
      expect(jql.includes('>= "-30d"')).toBe(!rule.standing);
      expect(jql).toMatch(/ ORDER BY queryChange\w+At ASC$/);
      expect(jql.startsWith(ruleCountJql(rule, scope))).toBe(true);
      expect(ruleCountJql(rule, everything)).toBe(`issuetype = "Query Change" AND ${rule.clause}`);
    }
  });

  test('names are quoted', () => {
    expect(scopedJql('x = 1', 'ranAt', { ...everything, projectKey: 'a" OR b = "\\' })).toContain(
      'project = "a\\" OR b = \\"\\\\"',
    );
  });

  test('keys and titles are distinct', () => {
    expect(complianceRules.map(({ key }) => key)).toEqual([...ruleKeys]);
    expect(new Set(complianceRules.map(({ title }) => title)).size).toBe(ruleKeys.length);
  });
});
