/** Keys of immutable texts. */
export const archiveKeys = {
  revision: (issueId: string, revision: number): string => `revision:${issueId}:${revision}`,
  order: (jti: string): string => `order:${jti}`,
  receipt: (jti: string): string => `receipt:${jti}`,
  /** `part` of the latest dry run; overwritten by the next. */
  dryRun: (issueId: string, part: string): string => `dry-run-${part}:${issueId}`,
} as const;
