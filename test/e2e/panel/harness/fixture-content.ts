import type { DraftContent } from '#core/change/content';
import type { RollbackPlan } from '#core/change/rollback-plan';
import type { ConnectionView, RevisionView } from '#core/panel/view';

export const author = 'acc-ana';
export const approver = 'acc-ben';
export const other = 'acc-caro';
export const names: Readonly<Record<string, string>> = {
  [author]: 'Ana Author',
  [approver]: 'Ben Approver',
  [other]: 'Caro Approver',
};

export const digest = '3f9c2b7ad1e04c58f6a19b3d7c2e8054aa61f0937be5d2c4189f6e0b3d7a5c21';

export const sql = `-- Void abandoned orders of 2024
UPDATE orders
   SET status = 'void'
 WHERE created_at < '2025-01-01'
   AND status = 'open';

SELECT id, status, note FROM orders WHERE status = 'void' ORDER BY id LIMIT 50;
`;
export const rollback = `UPDATE orders SET status = 'open' WHERE status = 'void' AND created_at < '2025-01-01';`;
export const reason = 'Abandoned orders block the stock count (SHOP-231).';

const connection: ConnectionView = {
  key: 'shop-prod',
  name: 'Shop, production',
  engine: 'PostgreSQL',
  engineVersion: '18.4',
  environment: 'prod',
  dataClasses: ['personal data'],
  maskedClasses: ['personal'],
  exports: { maxBytes: 1_000_000_000, maxRows: 20_000_000, keepHours: 24 },
  role: 'shop_change',
  searchPath: 'public',
  limits: { statementTimeoutMs: 30_000, lockTimeoutMs: 5_000, maxResultRows: 1_000, maxResultBytes: 180_000 },
  ledgerMode: 'target',
  writable: true,
  resultsPublic: false,
  schedule: null,
  approvalsRequired: 2,
  approverGroup: 'dba-prod',
  target: { systemIdentifier: '7571234567890123456', databaseOid: 16_384, databaseName: 'shop' },
  problem: null,
  dryRunRefusal: null,
};
export const connections: ConnectionView[] = [
  {
    ...connection,
    key: 'shop-dev',
    name: 'Shop, development',
    environment: 'dev',
    resultsPublic: true,
    approvalsRequired: 1,
    approverGroup: 'dba',
  },
  connection,
  {
    ...connection,
    key: 'reports',
    name: 'Reports',
    writable: false,
    problem: 'Its executor does not answer.',
  },
];

const verification = `SELECT count(*) = 0 FROM orders WHERE status = 'open' AND created_at < '2025-01-01';`;
/** A filled draft's content. */
export const content: DraftContent = {
  connection: 'shop-prod',
  sql,
  rollback,
  reason,
  rowBudget: '500',
  verification,
  automaticRollback: false,
  exportFormat: null,
};

export const revision: RevisionView = {
  number: 2,
  digest,
  author,
  editors: [],
  reason,
  connection: 'shop-prod',
  environment: 'prod',
  target: { systemIdentifier: '7571234567890123456', databaseOid: 16_384, databaseName: 'shop' },
  role: 'shop_change',
  searchPath: 'public',
  limits: connection.limits,
  sql,
  rollback,
  rowBudget: 500,
  verification,
  schemaDigest: 'b7ad1e04c58f6a19b3d7c2e8054aa61f0937be5d2c4189f6e0b3d7a5c213f9c2',
  rollbackPlan: null,
  export: null,
  submittedAt: '2026-11-21T09:10:00Z',
  approvalsRequired: 2,
  approverGroup: 'dba-prod',
  candidates: [approver, other],
};

/** A plan to undo the filled draft without rollback SQL. */
export const rollbackPlan: RollbackPlan = {
  generator: 1,
  statements: [
    {
      index: 0,
      action: 'update',
      table: { schema: 'public', name: 'orders' },
      key: ['id'],
      columns: ['status'],
    },
    {
      index: 2,
      action: 'delete',
      table: { schema: 'public', name: 'abandoned_order_reminders_of_last_year' },
      key: ['order_id', 'line'],
      columns: ['order_id', 'line', 'note'],
    },
  ],
  maxRows: 100_000,
  maxBytes: 64 * 1024 * 1024,
  keepHours: 24,
};
