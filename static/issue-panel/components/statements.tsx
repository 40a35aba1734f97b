import type { StatementOutcome } from '#core/protocol/receipt';
import { firstWords, sliceBytes } from '#core/results/statement-text';
import { duration } from '../../shared/format';

/** What became of each statement. What is undone by kept rows has no text. */
export function Statements({ statements, text }: { statements: readonly StatementOutcome[]; text: string }) {
  return (
    <div className="qc-scroll" role="region" aria-label="Statements" tabIndex={0}>
      <table className="qc-grid" data-testid="statements">
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">Statement</th>
            <th scope="col">Command</th>
            <th scope="col" className="qc-number">
              Rows
            </th>
            <th scope="col" className="qc-number">
              Time
            </th>
          </tr>
        </thead>
        <tbody>
          {statements.map((statement) => (
            <tr key={statement.index}>
              <td>{statement.index + 1}</td>
              <td className="qc-code qc-wrap">
                {text === ''
                  ? `Undo of statement ${statement.index + 1}`
                  : firstWords(sliceBytes(text, statement.start, statement.end))}
              </td>
              <td>{command(statement)}</td>
              <td className="qc-number">{statement.rows?.toLocaleString('en-GB') ?? '–'}</td>
              <td className="qc-number">{ran(statement) ? duration(rounded(statement.ms)) : '–'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function command(statement: StatementOutcome) {
  if (statement.error) return <span className="qc-tag qc-tag-failed">Failed</span>;
  return statement.command ?? <span className="qc-subtle">did not run</span>;
}

function ran(statement: StatementOutcome): boolean {
  return statement.command !== null || statement.error !== null;
}

function rounded(ms: number): number {
  return ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms);
}
