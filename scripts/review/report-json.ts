import type { Review } from '#core/sql/review/review';

/** A review for machines. Offsets are bytes of the UTF-8 text, end exclusive. */
export function jsonReport(file: string, { script, findings }: Review): object {
  return {
    file,
    statements: script.statements.map(({ index, start, end, type, kind, relations, calls }) => ({
      index,
      start,
      end,
      type,
      kind,
      relations: relations.map(({ schema, name, access }) => ({ schema, name, access })),
      calls: calls.map(({ schema, name }) => ({ schema, name })),
    })),
    findings,
  };
}
