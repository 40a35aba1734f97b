import type { StatementFacts } from '#core/sql/facts/statement-facts';
import type { Finding } from '#core/sql/review/review';
import { lineAndColumn } from '#core/sql/tree/script';
import { effectSentences } from '#core/sql/summary/effects';
import { counted, grouped } from '#core/sql/summary/words';
import type { FileReview } from './review-file';

/** Widest line of a paragraph, in characters. */
const width = 110;

/**
 * A review as a person reads it in a terminal: for each statement what it does, whom it keeps waiting and what speaks
 * against it; then the risk of the whole. Why a rule is there is told once.
 */
export function textReport(full: FileReview): string {
  const { file, review, risk } = full;
  const { statements } = review.script;
  const explained = new Set<string>();
  const blocks = statements.map((statement) => statementBlock(full, statement, explained));
  const loose = review.findings.filter(({ statement }) => statement === null);
  if (loose.length > 0)
    blocks.push(loose.flatMap((finding) => findingLines(full, finding, explained)).join('\n'));
  const heavy = risk.reasons.filter(({ level }) => level !== 'low' || risk.level === 'low');
  const reasons = heavy.map(({ level, text, statement }) =>
    paragraph(
      `${level.padEnd(8)} ${statement === null ? '' : `${statement + 1}: `}${text}`,
      '  ',
      '           ',
    ),
  );
  blocks.push([`${file}: risk ${risk.level}`, ...reasons].join('\n'));
  blocks.push(`${file}: ${countWords(statements.length, review.findings)}`);
  return blocks.join('\n\n');
}

function statementBlock(full: FileReview, statement: StatementFacts, explained: Set<string>): string {
  const { review, summaries, file } = full;
  const { line } = lineAndColumn(review.script, statement.start);
  const head = `${statement.index + 1}. ${summaries[statement.index] ?? ''}`;
  const facts = [`(${file}:${line})`, ...effectSentences(statement)];
  const findings = review.findings.filter((finding) => finding.statement === statement.index);
  return [
    paragraph(head, '', '   '),
    ...facts.map((fact) => paragraph(fact, '   ', '     ')),
    ...findings.flatMap((finding) => findingLines(full, finding, explained)),
  ].join('\n');
}

function findingLines(full: FileReview, finding: Finding, explained: Set<string>): string[] {
  const { line, column } = lineAndColumn(full.review.script, finding.start);
  const level = finding.waived === null ? finding.level : `waived ${finding.level}`;
  const lines = [
    `   ${full.file}:${line}:${column}  ${level}  ${finding.rule}`,
    paragraph(finding.message, '     ', '     '),
  ];
  if (finding.rewrite !== null) lines.push(paragraph(`Write: ${finding.rewrite}`, '     ', '       '));
  if (finding.waived !== null) lines.push(paragraph(`Waived: ${finding.waived}`, '     ', '       '));
  const docs = full.docs.get(finding.rule);
  if (docs && finding.level !== 'info' && finding.waived === null && !explained.has(finding.rule)) {
    explained.add(finding.rule);
    lines.push(
      paragraph(`Why: ${docs.why}`, '     ', '       '),
      paragraph(`Fix: ${docs.fix}`, '     ', '       '),
    );
  }
  return lines;
}

function paragraph(text: string, first: string, next: string): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = next;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join('\n');
}

function countWords(statements: number, findings: readonly Finding[]): string {
  const open = findings.filter(({ waived }) => waived === null);
  const of = (level: Finding['level']): number => open.filter((finding) => finding.level === level).length;
  const parts = [
    counted(statements, 'statement'),
    counted(of('error'), 'error'),
    counted(of('warning'), 'warning'),
    `${grouped(of('info'))} info`,
  ];
  const waived = findings.length - open.length;
  return [...parts, ...(waived > 0 ? [`${waived} waived`] : [])].join(', ');
}
