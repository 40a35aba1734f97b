import type { Finding, Review } from '#core/sql/review/review';
import { lineAndColumn } from '#core/sql/tree/script';

/** A review as a person reads it in a terminal: place, level, rule, words; then the count. */
export function textReport(file: string, { script, findings }: Review): string {
  const lines = findings.map((finding) => {
    const { line, column } = lineAndColumn(script, finding.start);
    const level = finding.waived === null ? finding.level : `waived ${finding.level}`;
    const parts = [`${file}:${line}:${column}  ${level}  ${finding.rule}`, `    ${finding.message}`];
    if (finding.rewrite !== null) parts.push(`    Write: ${finding.rewrite}`);
    if (finding.waived !== null) parts.push(`    Waived: ${finding.waived}`);
    return parts.join('\n');
  });
  return [...lines, `${file}: ${countWords(script.statements.length, findings)}`].join('\n');
}

function countWords(statements: number, findings: readonly Finding[]): string {
  const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;
  const open = findings.filter(({ waived }) => waived === null);
  const of = (level: Finding['level']): number => open.filter((finding) => finding.level === level).length;
  const parts = [
    count(statements, 'statement'),
    count(of('error'), 'error'),
    count(of('warning'), 'warning'),
    `${of('info')} info`,
  ];
  const waived = findings.length - open.length;
  return [...parts, ...(waived > 0 ? [`${waived} waived`] : [])].join(', ');
}
