import type { ChangeEventBody } from '#core/change/event';
import { verifyChain } from '#core/change/ledger';
import { rowCount } from '#core/results/row-count';
import type { TimelineEntry } from '#core/panel/view';
import type { Ports } from './ports';

export interface Timeline {
  readonly entries: TimelineEntry[];
  /** False when the chain does not verify; `problem` says where. */
  readonly intact: boolean;
  readonly problem: string | null;
}

/** The ledger in words, with the proof that nothing in it was altered. */
export async function showTimeline(ports: Ports, issueId: string): Promise<Timeline> {
  const { head } = await ports.ledger.read(issueId);
  const events = await ports.ledger.events(issueId, head);
  const verified = await verifyChain(issueId, head, events);
  return {
    entries: events.map(({ seq, at, actor, body, hash }) => ({ seq, at, actor, hash, ...wordsOf(body) })),
    intact: verified.ok,
    problem: verified.ok ? null : `Entry ${verified.error.seq}: ${verified.error.message}.`,
  };
}

function wordsOf(body: ChangeEventBody): { words: string; detail: string } {
  switch (body.type) {
    case 'submitted':
      return said(`submitted revision ${body.revision} for ${body.connection} (${body.environment})`);
    case 'voted':
      return said(`approved digest ${body.digest.slice(0, 8)}`, body.comment);
    case 'vote-lapsed':
      return said('dropped an approval that is no longer valid', body.reason);
    case 'approved':
      return said(
        `closed the review with ${body.voters.length} ${body.voters.length === 1 ? 'approval' : 'approvals'}`,
      );
    case 'changes-requested':
      return said('asked for changes', body.reason);
    case 'rejected':
      return said('rejected the change', body.reason);
    case 'reworked':
      return said('went back to draft; approvals are void');
    case 'cancelled':
      return said('cancelled the change');
    case 'run-requested':
      return said(
        body.kind === 'apply' ? `pressed Run (try ${body.try})` : `pressed Roll back (try ${body.try})`,
      );
    case 'order-signed':
      return said(`signed the order for executor ${body.executor}`);
    case 'receipt-accepted':
      return said(
        `reported the ${body.kind === 'apply' ? 'change' : 'rollback'} as ${body.status}${body.rows === null ? '' : `, ${rowCount(body.rows)}`}`,
        [body.code, body.message].filter(Boolean).join(' '),
      );
    case 'stop-requested':
      return said('asked to stop the run', body.reason);
    case 'not-started':
      return said(`closed the attempt: nothing was run (${body.code})`, body.message);
    case 'dry-run-requested':
      return said(`asked for a dry run on ${body.connection}${body.try > 1 ? ` (try ${body.try})` : ''}`);
    case 'dry-run-signed':
      return said(`signed the order of the dry run for executor ${body.executor}`);
    case 'dry-run-ended':
      return said(
        body.receiptSha256 === null
          ? `gave up the dry run (${body.code ?? body.status})`
          : `reported the dry run as ${body.status}${body.rows === null ? '' : `, ${rowCount(body.rows)}`}`,
        [body.code, body.message].filter(Boolean).join(' '),
      );
    case 'attention-raised':
      return said('asked for attention', body.message);
    case 'resolved':
      return said(`resolved this as ${body.outcome.replace('-', ' ')}`, body.reason);
    case 'export-linked':
      return said('got a download link to the result file');
    case 'attempt-recorded':
      return said(`tried to go round the rules (${body.code})`, body.message);
    default:
      return body satisfies never;
  }
}

function said(words: string, detail = ''): { words: string; detail: string } {
  return { words, detail };
}
