import Resolver from '@forge/resolver';
import * as v from 'valibot';
import { ok } from '#core/result';
import { panelCalls, type PanelCallName, type PanelValue, type Reply } from '#core/panel/contract';
import { castVote } from '../app/cast-vote';
import { type JudgeDraft, judgeWith } from '../app/judge-draft';
import { decide } from '../app/decide-review';
import { readDryRun } from '../app/dry-run/read-dry-run';
import { requestDryRun } from '../app/dry-run/request-dry-run';
import { makeSibling } from '../app/evidence/make-sibling';
import { runWithEvidence } from '../app/evidence/run-with-evidence';
import { showRanBefore } from '../app/evidence/show-ran-before';
import { linkExport } from '../app/link-export';
import { lookBefore, showPreflight } from '../app/look-before';
import type { Ports } from '../app/ports';
import { readEvidence } from '../app/read-evidence';
import { readResult } from '../app/read-result';
import { reviewGrounds } from '../app/review-grounds';
import { reviewSql } from '../app/review-sql';
import type { Outcome } from '../app/refusal';
import { requestRun } from '../app/request-run';
import { requestStop } from '../app/request-stop';
import { saveDraft, type IssueRef } from '../app/save-draft';
import { showChange } from '../app/show-change';
import { showProgress } from '../app/show-progress';
import { showSince } from '../app/show-since';
import { showTimeline } from '../app/show-timeline';
import { schemaOf } from '../app/snapshot/schema-of';
import { showStructure } from '../app/snapshot/show-structure';
import { submitChange } from '../app/submit-change';
import { composePorts } from '../forge/compose';
import { jiraUser } from '../forge/jira-user';
import { sqlParser } from '../forge/sql-parser/parser';
import { reply } from './reply';

/** What every panel call knows: the issue and the viewer as the platform says, never as the payload says. */
interface PanelCall {
  readonly ports: Ports;
  readonly issue: IssueRef;
  readonly viewer: string;
}

/** Context of an issue panel resolver. Source: manifest reference, jira:issuePanel. */
const PanelContext = v.object({
  accountId: v.string(),
  extension: v.object({ issue: v.object({ id: v.string(), key: v.string() }) }),
});

type Handlers = {
  [N in PanelCallName]: (
    call: PanelCall,
    payload: v.InferOutput<(typeof panelCalls)[N]['payload']>,
  ) => Promise<Outcome<PanelValue<N>>>;
};

const judge = ({ ports }: PanelCall): JudgeDraft =>
  judgeWith(
    sqlParser,
    ports.reviewConfigs,
    async (connection) => (await schemaOf(ports, connection))?.snapshot ?? null,
  );

const view = async ({ ports, issue, viewer }: PanelCall): Promise<Outcome<PanelValue<'view'>>> =>
  ok(await showChange(ports, issue, viewer));

/** Answers an action with the view after it. */
const viewAfter = async (
  call: PanelCall,
  action: Promise<Outcome<unknown>>,
): Promise<Outcome<PanelValue<'view'>>> => {
  const done = await action;
  return done.ok ? view(call) : done;
};

const handlers: Handlers = {
  view,
  timeline: async ({ ports, issue }) => ok(await showTimeline(ports, issue.id)),
  'save-draft': (call, payload) => saveDraft(call.ports, call.issue, call.viewer, payload, judge(call)),
  review: async ({ ports, issue, viewer }, payload) => {
    const grounds = await reviewGrounds(ports, issue.id, viewer, payload);
    return ok(await reviewSql(ports, sqlParser, issue.id, payload, grounds));
  },
  structure: async ({ ports, issue, viewer }, payload) =>
    ok(await showStructure(ports, issue.id, viewer, payload)),
  since: async ({ ports, issue, viewer }) => ok(await showSince(ports, issue.id, viewer)),
  preflight: ({ ports, issue }, payload) => showPreflight(ports, issue, payload),
  submit: (call, { version }) =>
    viewAfter(
      call,
      submitChange(
        call.ports,
        call.issue,
        call.viewer,
        { version, from: 'panel' },
        lookBefore(call.ports),
        judge(call),
      ),
    ),
  'dry-run': (call, payload) => viewAfter(call, requestDryRun(call.ports, call.issue, call.viewer, payload)),
  'dry-run-report': ({ ports, issue, viewer }) => readDryRun(ports, issue.id, viewer),
  approve: (call, payload) => viewAfter(call, castVote(call.ports, call.issue.id, call.viewer, payload)),
  'request-changes': (call, payload) =>
    viewAfter(
      call,
      decide(call.ports, call.issue.id, call.viewer, { kind: 'request-changes', ...payload }, 'panel'),
    ),
  reject: (call, payload) =>
    viewAfter(call, decide(call.ports, call.issue.id, call.viewer, { kind: 'reject', ...payload }, 'panel')),
  run: (call, { digest }) => viewAfter(call, runWithEvidence(call.ports, call.issue.id, call.viewer, digest)),
  'roll-back': (call, { digest }) =>
    viewAfter(call, requestRun(call.ports, call.issue.id, call.viewer, { digest, kind: 'rollback' })),
  stop: (call, payload) => viewAfter(call, requestStop(call.ports, call.issue, call.viewer, payload)),
  progress: async ({ ports, issue }) => ok(await showProgress(ports, issue.id)),
  rework: (call) =>
    viewAfter(call, decide(call.ports, call.issue.id, call.viewer, { kind: 'rework' }, 'panel')),
  cancel: (call) =>
    viewAfter(call, decide(call.ports, call.issue.id, call.viewer, { kind: 'cancel' }, 'panel')),
  resolve: (call, payload) =>
    viewAfter(call, decide(call.ports, call.issue.id, call.viewer, { kind: 'resolve', ...payload }, 'panel')),
  evidence: async ({ ports, issue, viewer }, { kind }) => readEvidence(ports, issue.id, viewer, kind),
  'ran-before': async ({ ports, issue }) => ok(await showRanBefore(ports, issue)),
  'make-sibling': (call, { connection }) =>
    makeSibling(call.ports, jiraUser, call.issue, call.viewer, connection, judge(call)),
  'export-link': ({ ports, issue, viewer }) => linkExport(ports, issue.id, viewer),
  result: ({ ports, issue, viewer }, { kind }) => readResult(ports, issue.id, viewer, kind),
};

const resolver = new Resolver();
for (const name of Object.keys(panelCalls) as PanelCallName[]) {
  resolver.define(name, async ({ payload, context }): Promise<Reply<unknown>> =>
    answer(name, payload, context),
  );
}

async function answer<N extends PanelCallName>(
  name: N,
  payload: unknown,
  context: unknown,
): Promise<Reply<PanelValue<N>>> {
  return reply(name, panelCalls[name].payload, payload, async (parsed) => {
    const { accountId, extension } = v.parse(PanelContext, context);
    const call: PanelCall = { ports: composePorts(), issue: extension.issue, viewer: accountId };
    const handler: Handlers[N] = handlers[name];
    return handler(call, parsed);
  });
}

/** Resolver of the issue panel and the context section. */
export const panelResolver = resolver.getDefinitions();
