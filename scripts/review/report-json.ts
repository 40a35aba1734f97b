import type { Review } from '#core/sql/review/review';

/** A review for machines. Offsets are bytes of the UTF-8 text, end exclusive. */
export function jsonReport(file: string, { script, findings }: Review): object {
  return {
    file,
    statements: script.statements.map((statement) => ({
      index: statement.index,
      start: statement.start,
      end: statement.end,
      type: statement.type,
      kind: statement.kind,
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
    findings,
  };
}
