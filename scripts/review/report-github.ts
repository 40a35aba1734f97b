import type { Review } from '#core/sql/review/review';
import { lineAndColumn } from '#core/sql/tree/script';

const commands = { error: 'error', warning: 'warning', info: 'notice' } as const;

/** Workflow commands that GitHub Actions shows beside the lines of a pull request. Waived findings become notices. */
export function githubReport(file: string, { script, findings }: Review): string {
  return findings
    .map((finding) => {
      const { line, column } = lineAndColumn(script, finding.start);
      const end = lineAndColumn(script, Math.max(finding.start, finding.end - 1));
      const place = `file=${property(file)},line=${line},endLine=${end.line},col=${column}`;
      const command = finding.waived === null ? commands[finding.level] : 'notice';
      const text =
        finding.waived === null ? finding.message : `${finding.message}\nWaived: ${finding.waived}`;
      return `::${command} ${place},title=${property(finding.rule)}::${data(text)}`;
    })
    .join('\n');
}

/** The escapes of workflow commands; a message must not be able to start another command. */
function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
