import { utf8Length } from '#core/hash';
import type { PanelValue } from '#core/panel/contract';
import type { ChangeView, OutcomeView } from '#core/panel/view';
import type { ResultBody, StatementOutcome } from '#core/protocol/receipt';
import { approver, author, digest, reason, rollback, sql } from './fixture-content';

/** Statement outcomes of `text`, one per statement, cut at the semicolons (the fixtures have none inside literals). */
function outcomesOf(text: string, parts: readonly Partial<StatementOutcome>[]): StatementOutcome[] {
  let from = 0;
  return parts.map((part, index) => {
    const end = text.indexOf(';', from) + 1;
    const bytes = { start: utf8Length(text.slice(0, from)), end: utf8Length(text.slice(0, end)) };
    from = end;
    return { index, ...bytes, command: null, rows: null, ms: 0, error: null, ...part };
  });
}

export const outcome: OutcomeView = {
  kind: 'apply',
  try: 1,
  status: 'succeeded',
  statements: outcomesOf(sql, [
    { command: 'UPDATE', rows: 41_187, ms: 1_830.2 },
    { command: 'SELECT', rows: 3, ms: 2.41 },
  ]),
  startedAt: '2026-11-21T09:40:11.000Z',
  finishedAt: '2026-11-21T09:40:12.910Z',
  transactionId: '918273',
  code: null,
  message: null,
  executor: 'executor-local',
  receiptSha256: digest.replace('3f9c', 'a1b2'),
  ledgerMode: 'target',
  verification: { checked: 1, afterCommit: 'held' },
  beforeImage: null,
  export: null,
  hasResult: true,
  resultRefusal: null,
};
export const failure: OutcomeView = {
  ...outcome,
  status: 'failed',
  statements: outcomesOf(sql, [
    { command: 'UPDATE', rows: 41_187, ms: 1_830.2 },
    {
      ms: 1.2,
      error: { sqlstate: '42703', condition: 'undefined_column', position: sql.indexOf('note') + 1 },
    },
  ]),
  transactionId: null,
};
export const exportedFile: NonNullable<OutcomeView['export']> = {
  format: 'csv',
  sha256: digest,
  bytes: 94_667_816,
  rows: 1_204_311,
  masked: ['email', 'phone'],
  expiresAt: '2126-11-22T09:40:12.000Z',
};
export const exported: OutcomeView = {
  ...outcome,
  statements: outcomesOf(sql, [{ command: 'SELECT', rows: 1_204_311, ms: 3_120 }]),
  transactionId: null,
  verification: null,
  export: exportedFile,
  hasResult: false,
};
export const rolledBack: OutcomeView = {
  ...outcome,
  kind: 'rollback',
  statements: outcomesOf(rollback, [{ command: 'UPDATE', rows: 41_187, ms: 1_702 }]),
  hasResult: false,
};

const keptUntil = '2026-11-22T09:40:12.900Z';
/** Applied with its rows kept, and rolled back by them, or not. */
export const keptOutcome: OutcomeView = { ...outcome, beforeImage: { rows: 41_187, keptUntil } };
export const undone: OutcomeView = {
  ...rolledBack,
  statements: [{ index: 0, start: 0, end: 0, command: 'UPDATE', rows: 41_187, ms: 2_110, error: null }],
};
export const drifted: OutcomeView = {
  ...undone,
  status: 'failed',
  statements: [],
  code: 'rows-drifted',
  message: '2 rows are not as the change left them; nothing was rolled back.',
  transactionId: null,
  hasResult: true,
};

/** Rows of the succeeded fixture, with cells that a spreadsheet would take for formulas. */
const resultBody: ResultBody = {
  v: 1,
  statements: [
    { index: 0, columns: [], rows: [], truncated: false, message: null },
    {
      index: 1,
      columns: [
        { name: 'id', type: 'bigint' },
        { name: 'status', type: 'text' },
        { name: 'note', type: 'text' },
        { name: 'email', type: 'text', masked: 'personal' },
      ],
      rows: [
        ['991', 'void', '=HYPERLINK("http://example.test","click")', '•••'],
        ['992', 'void', null, '•••'],
        ['993', 'void', 'said "no", twice', '•••'],
      ],
      truncated: false,
      message: null,
    },
  ],
};
const failedBody: ResultBody = {
  v: 1,
  statements: [
    {
      index: 1,
      columns: [],
      rows: [],
      truncated: false,
      message:
        'column "note" does not exist\nHINT: Perhaps you meant to reference the column "orders.notes".',
    },
  ],
};

const driftBody: ResultBody = {
  v: 1,
  statements: [
    {
      index: 0,
      columns: [
        { name: 'id', type: 'bigint' },
        { name: 'state in public.orders', type: 'text' },
      ],
      rows: [
        ['991', 'changed since'],
        ['993', 'deleted since'],
      ],
      truncated: false,
      message: null,
    },
  ],
};

/** Results by status of the fixture that shows them. */
export function resultFor(view: ChangeView, kind: unknown): ResultBody {
  if (kind === 'rollback') return driftBody;
  return view.status === 'failed' ? failedBody : resultBody;
}

export const timeline: PanelValue<'timeline'> = {
  entries: [
    { seq: 1, at: '2026-11-21T09:00:00Z', actor: author, words: 'began a draft', detail: '', hash: digest },
    {
      seq: 2,
      at: '2026-11-21T09:10:00Z',
      actor: author,
      words: 'submitted revision 2',
      detail: reason,
      hash: digest,
    },
    {
      seq: 3,
      at: '2026-11-21T09:20:00Z',
      actor: approver,
      words: 'approved revision 2',
      detail: 'Fine.',
      hash: digest,
    },
  ],
  intact: true,
  problem: null,
};
