import { completeContent, submissionProblems, type CompleteContent } from '#core/change/content';
import type { PreflightView } from '#core/panel/view';
import type { ConnectionInfo } from '#core/protocol/connection';
import type { PreflightReply } from '#core/protocol/preflight';
import { ok } from '#core/result';
import { findConnection } from '#core/settings/settings';
import type { ExecutorAnswer, Ports } from './ports';
import { no, type Outcome } from './refusal';
import type { IssueRef } from './save-draft';
import { connectionRefusal, type LookBefore } from './submit-change';

/** Refusals that an order with the same text would get, whoever approves it. */
const final = new Set(['statement-not-allowed', 'secret-in-statement', 'unknown-connection']);

async function ask(ports: Ports, content: CompleteContent): Promise<ExecutorAnswer<PreflightReply>> {
  const { executor } = await ports.settings.read();
  if (!executor) return { kind: 'silence', message: 'no executor is enrolled' };
  const { connection, sql, automaticRollback, exportFormat } = content;
  return ports.executor.preflight(executor.id, { connection, sql, automaticRollback, exportFormat });
}

/** Why the executor could not look, in words; the first letter is small. */
function silenceOf(answer: Exclude<ExecutorAnswer<PreflightReply>, { kind: 'reply' }>): string {
  return answer.kind === 'silence'
    ? 'the executor does not answer'
    : `the executor says: ${answer.error.message}`;
}

/** Why the change cannot go on without a look, in words; null when it can. */
function needed(content: CompleteContent, info: ConnectionInfo): string | null {
  if (info.protected)
    return `A change for ${info.name} needs the executor to record the structure it touches`;
  if (content.automaticRollback) return 'The executor has to plan how to undo the change';
  return content.exportFormat === null ? null : 'The executor has to say whether it can export the result';
}

/**
 * Looks at a change through the executor before it is submitted. Silence stops what needs an answer, and nothing else:
 * there a revision goes on without a recorded structure.
 */
export function lookBefore(ports: Ports): LookBefore {
  return async (content, info) => {
    const answer = await ask(ports, content);
    if (answer.kind !== 'reply') {
      if (answer.kind === 'refusal' && final.has(answer.error.code)) {
        return no('incomplete', `The executor refuses this change: ${answer.error.message}.`);
      }
      const why = needed(content, info);
      ports.log('not looked at before submission', { why: silenceOf(answer) });
      return why === null
        ? ok({ schemaDigest: null })
        : no('busy', `${why}, but ${silenceOf(answer)}. Try again later.`);
    }
    const { schemaDigest, schemaShape, schemaRefusal, rollbackPlan, rollbackRefusal, exportRefusal } =
      answer.value;
    const refusal = schemaRefusal ?? rollbackRefusal ?? exportRefusal;
    if (refusal !== null) return no('incomplete', refusal);
    if (content.automaticRollback && rollbackPlan === null) {
      return no('incomplete', 'The executor gave no plan to undo the change, and no reason.');
    }
    return ok({
      schemaDigest,
      ...(schemaShape === null ? {} : { schemaShape }),
      ...(content.automaticRollback && rollbackPlan !== null ? { rollbackPlan } : {}),
      ...(content.exportFormat === null ? {} : { export: { format: content.exportFormat } }),
    });
  };
}

/** What the executor says of the draft at `version`, for its author to see before it is submitted. */
export async function showPreflight(
  ports: Ports,
  issue: IssueRef,
  request: { version: number },
): Promise<Outcome<PreflightView>> {
  const [settings, draft] = await Promise.all([ports.settings.read(), ports.drafts.read(issue.id)]);
  if (!draft) return no('incomplete', 'Nothing is saved yet.');
  if (draft.version !== request.version) {
    return no('conflict', 'The draft was saved by somebody else in the meantime.');
  }
  const content = completeContent(draft.content);
  if (!content) {
    return no('incomplete', submissionProblems(draft.content)[0]?.message ?? 'The change is incomplete.');
  }
  const info = findConnection(settings, content.connection)?.info;
  const refusal = connectionRefusal(settings, content.connection);
  if (!info || refusal !== null) return no('incomplete', refusal ?? 'This connection cannot be used.');
  const answer = await ask(ports, content);
  if (answer.kind === 'reply') return ok({ ...answer.value, refusal: null });
  const words =
    answer.kind === 'refusal' && final.has(answer.error.code)
      ? `The executor refuses this change: ${answer.error.message}.`
      : null;
  if (words === null) return no('busy', `This cannot be told now: ${silenceOf(answer)}.`);
  return ok({
    schemaDigest: null,
    schemaShape: null,
    schemaNote: null,
    schemaRefusal: null,
    rollbackPlan: null,
    rollbackRefusal: null,
    exportRefusal: null,
    refusal: words,
  });
}
