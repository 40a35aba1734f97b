import { indexProperty } from '#core/property/derive-index';
import { indexPropertyKey } from '#core/property/index-words';
import { resultProperty, resultPropertyKey, type ResultProperty } from '#core/property/result-property';
import { currentAttempt } from '#core/change/state';
import type { ChangeStatus } from '#core/change/status';
import { fieldValues } from '../../../src/app/publish';
import type { ImportedIssue } from '../../../host/jira/import-issues';
import { isoTime } from './calendar';
import type { Chronicle } from './chronicle';
import type { Story } from './telling';

/** What the site calls the things that provisioning made. */
export interface SiteNames {
  readonly issueTypeId: string;
  readonly appAccountId: string;
  readonly statusIds: Readonly<Record<ChangeStatus, string>>;
  readonly resolutionIds: Readonly<Partial<Record<ChangeStatus, string>>>;
  /** Ids of the read-only fields, by our name. */
  readonly fields: Readonly<
    Record<'author' | 'approverGroup' | 'connection' | 'approvals' | 'outcome' | 'risk', string>
  >;
}

const notice =
  'Generated history: nobody wrote, approved or ran this, and no executor holds a receipt of it.';

/** The Jira side of a chronicle, by the functions with which the app shows a ledger. */
export function describeIssue(story: Story, told: Chronicle, names: SiteNames): ImportedIssue {
  const { state, head } = told;
  const shown = Object.entries(fieldValues(state)).flatMap(([name, value]): [string, unknown][] => {
    const id = names.fields[name as keyof SiteNames['fields']];
    return value === null || value === undefined ? [] : [[id, value]];
  });
  const result = resultOf(story, told);
  return {
    creatorId: story.author,
    created: isoTime(story.createdAt),
    fields: {
      summary: story.content.summary,
      description: document(notice, story.content.reason),
      labels: ['generated'],
      // A change of which nothing happened yet shows nothing.
      ...(head.seq === 0 ? {} : Object.fromEntries(shown)),
    },
    properties: {
      ...(head.seq === 0 ? {} : { [indexPropertyKey]: indexProperty(state, head.seq) }),
      ...(result ? { [resultPropertyKey]: result } : {}),
    },
    moves: told.moves.map(({ at, actor, to }) => ({
      at,
      authorId: actor === 'app' || actor === 'executor' ? names.appAccountId : actor,
      statusId: names.statusIds[to],
      resolutionId: names.resolutionIds[to] ?? null,
    })),
  };
}

/** The result property without a receipt, which says whose words it is. */
function resultOf({ content }: Story, { state }: Chronicle): ResultProperty | undefined {
  const attempt = currentAttempt(state);
  const outcome = attempt?.outcome;
  if (!attempt || !outcome?.receiptSha256 || !state.revision) return undefined;
  const { rows, finishedAt, code, status } = outcome;
  return resultProperty(
    {
      kind: attempt.kind,
      status,
      reason: { code: 'generated', message: notice },
      connection: state.revision.connection,
      environment: state.revision.environment,
      ledgerMode: 'none',
      statements: [
        {
          index: 0,
          start: 0,
          end: content.sql.length,
          command: code === null ? content.command : null,
          rows,
          ms: 0,
          error: code === null ? null : { sqlstate: code, condition: outcome.message ?? '', position: null },
        },
      ],
      startedAt: finishedAt,
      finishedAt,
      transactionId: null,
      resultSha256: null,
    },
    null,
    null,
  );
}

function document(...paragraphs: readonly string[]): object {
  const content = paragraphs.map((text) => ({ type: 'paragraph', content: [{ type: 'text', text }] }));
  return { type: 'doc', version: 1, content };
}
