import { utf8Length } from '#core/hash';
import { readPlan } from '#core/results/plan-tree';
import type { DryRunReportView, DryRunView } from '#core/panel/view';
import { author, sql } from './fixture-content';

export const dryRun: DryRunView = {
  connection: 'shop-prod',
  requestedBy: author,
  requestedAt: '2026-11-21T09:05:00Z',
  status: 'succeeded',
  phase: 'sent',
  code: null,
  message: null,
  current: true,
  hasReport: true,
};
export const dryRunning: DryRunView = { ...dryRun, status: null, hasReport: false };
export const dryFailure: DryRunView = {
  ...dryRun,
  status: 'failed',
  code: '42703',
  message: 'undefined_column',
  current: false,
};

const cut = sql.indexOf(';') + 1;
const first = { index: 0, start: 0, end: utf8Length(sql.slice(0, cut)) };
const second = { index: 1, start: first.end, end: utf8Length(sql.trimEnd()) };

const plan = {
  'Node Type': 'ModifyTable',
  Operation: 'Update',
  Schema: 'public',
  'Relation Name': 'orders',
  'Total Cost': 18_911,
  Plans: [
    {
      'Node Type': 'Hash Join',
      'Hash Cond': '(orders.customer_id = customers.id)',
      'Plan Rows': 41_200,
      'Total Cost': 18_700,
      Plans: [
        {
          'Node Type': 'Seq Scan',
          Schema: 'public',
          'Relation Name': 'orders',
          Filter: "(created_at < '2025-01-01'::date)",
          'Plan Rows': 812_000,
          'Total Cost': 17_500,
        },
        {
          'Node Type': 'Hash',
          'Plan Rows': 300,
          'Total Cost': 40,
          Plans: [
            {
              'Node Type': 'Index Scan',
              Schema: 'public',
              'Relation Name': 'customers',
              'Index Name': 'customers_tenant_idx',
              'Index Cond': '(tenant_id = 7)',
              'Plan Rows': 300,
              'Total Cost': 38,
            },
          ],
        },
      ],
    },
  ],
};

const whole: DryRunReportView = {
  sql,
  statements: [
    { ...first, command: 'UPDATE', rows: 41_187, ms: 1_830.2, error: null },
    { ...second, command: 'SELECT', rows: 50, ms: 2.41, error: null },
  ],
  report: {
    ranOn: null,
    coarse: false,
    statements: [
      {
        index: 0,
        estimate: { rows: 39_870, cost: 8_123.4 },
        locks: [
          { relation: 'public.orders', mode: 'RowExclusiveLock' },
          { relation: 'public.audit_of_orders', mode: 'AccessExclusiveLock' },
        ],
        triggers: ['public.orders.note_the_change'],
        rewritten: ['public.audit_of_orders'],
        walBytes: 11_730_000,
      },
      { index: 1, estimate: { rows: 50, cost: 12 }, locks: [], triggers: [], rewritten: [], walBytes: 0 },
    ],
    shortened: false,
    constraints: 'held',
    rowBudget: { allowed: 50_000, affected: 41_187 },
    leftBehind: { sequences: ['public.audit_of_orders_id_seq'], deadRows: 82_374 },
  },
  verification: { checked: 1 },
  reason: null,
  startedAt: '2026-11-21T09:05:01.000Z',
  finishedAt: '2026-11-21T09:05:03.100Z',
  messages: [],
  plans: [{ index: 0, steps: [...(readPlan(JSON.stringify([{ Plan: plan }])) ?? [])] }],
  messageRefusal: null,
};

/** The report that belongs to a dry run of these fixtures. */
export function reportOf(of: DryRunView | null): DryRunReportView {
  const { report } = whole;
  if (of?.status === 'failed' && report) {
    const error = { sqlstate: '42703', condition: 'undefined_column', position: sql.indexOf('note') + 1 };
    const [done] = whole.statements;
    return {
      ...whole,
      statements: [...(done ? [done] : []), { ...second, command: null, rows: null, ms: 1.2, error }],
      report: { ...report, statements: report.statements.slice(0, 1), constraints: 'not-reached' },
      messages: [{ index: 1, message: 'column "note" does not exist' }],
      plans: [],
    };
  }
  if (of?.connection === 'shop-dev' && report) {
    return {
      ...whole,
      statements: whole.statements.map((one) => ({ ...one, rows: 100_000, ms: 0 })),
      report: {
        ...report,
        coarse: true,
        ranOn: {
          connection: 'shop-copy',
          target: { systemIdentifier: '1', databaseOid: 5, databaseName: 'shop' },
        },
        statements: report.statements.map((one) => ({
          ...one,
          estimate: { rows: 100, cost: null },
          walBytes: null,
        })),
        rowBudget: { allowed: 50_000, affected: 100_000 },
        leftBehind: { sequences: [], deadRows: null },
      },
      finishedAt: null,
      plans: [],
    };
  }
  return whole;
}
