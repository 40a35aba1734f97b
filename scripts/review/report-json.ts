import type { FileReview } from './review-file';

/** A review for machines. Offsets are bytes of the UTF-8 text, end exclusive. */
export function jsonReport({ file, review, summaries, risk, fingerprint, docs }: FileReview): object {
  const { statements } = review.script;
  return {
    file,
    statements: statements.map((statement) => ({
      index: statement.index,
      start: statement.start,
      end: statement.end,
      type: statement.type,
      kind: statement.kind,
      summary: summaries[statement.index],
      objects: statement.objects,
      relations: statement.relations.map(({ schema, name, access }) => ({ schema, name, access })),
      columns: statement.columns,
      calls: statement.calls.map(({ schema, name }) => ({ schema, name })),
      parameters: statement.parameters,
      locks: statement.locks,
      unseen: statement.unseen,
      rewrites: statement.rewrites,
      scans: statement.scans,
      transactional: statement.nonTransactional === null,
      reversible: statement.reversible,
    })),
    findings: review.findings.map(({ level, rewrite, ...finding }) => ({
      ...finding,
      severity: level,
      why: docs.get(finding.rule)?.why ?? null,
      fix: rewrite ?? docs.get(finding.rule)?.fix ?? null,
    })),
    risk,
    fingerprint,
  };
}
