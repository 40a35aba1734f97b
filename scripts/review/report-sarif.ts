import type { Finding, Review } from '#core/sql/review/review';
import { allRules } from '#core/sql/rules/all';
import { lineAndColumn, type Script } from '#core/sql/tree/script';

const levels = { error: 'error', warning: 'warning', info: 'note' } as const;

/** All reviews as one SARIF 2.1.0 log (OASIS), which code scanning services read. Waived findings are suppressed ones. */
export function sarifReport(reviews: readonly { readonly file: string; readonly review: Review }[]): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'query-change-review',
            rules: allRules.map(({ id, title, level }) => ({
              id,
              shortDescription: { text: title },
              defaultConfiguration: { level: levels[level] },
            })),
          },
        },
        results: reviews.flatMap(({ file, review }) =>
          review.findings.map((finding) => result(file, review.script, finding)),
        ),
      },
    ],
  };
}

function result(file: string, script: Script, finding: Finding): object {
  const from = lineAndColumn(script, finding.start);
  const to = lineAndColumn(script, finding.end);
  return {
    ruleId: finding.rule,
    level: levels[finding.level],
    message: { text: finding.message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: file },
          region: { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column },
        },
      },
    ],
    ...(finding.waived === null
      ? {}
      : { suppressions: [{ kind: 'inSource', justification: finding.waived }] }),
  };
}
