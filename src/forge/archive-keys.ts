/** Keys of immutable texts. */
export const archiveKeys = {
  revision: (issueId: string, revision: number): string => `revision:${issueId}:${revision}`,
  order: (jti: string): string => `order:${jti}`,
  receipt: (jti: string): string => `receipt:${jti}`,
} as const;
