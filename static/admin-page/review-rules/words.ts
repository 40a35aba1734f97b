import type { Category } from '#core/sql/review/rule';

/** What a rule protects, in words. */
export const categoryNames: Readonly<Record<Category, string>> = {
  'data-loss': 'Data loss',
  locking: 'Locking',
  rewrite: 'Table rewrites',
  correctness: 'Correctness',
  security: 'Security',
  transaction: 'Transactions',
  'schema-design': 'Schema design',
  naming: 'Names',
  performance: 'Performance',
  compatibility: 'Compatibility',
};

/** What a level does. */
export const levelNames = {
  off: 'Off',
  info: 'Info',
  warning: 'Warning',
  error: 'Error',
} as const;
