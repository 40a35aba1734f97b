import Button from '@atlaskit/button/new';
import { useState } from 'react';
import type { ResultBody } from '#core/protocol/receipt';
import { toCsv } from '#core/results/csv';
import { count } from '../../shared/format';
import { saveFile } from '../../shared/components/save-file';

/** Rows shown at first; the rest on request, so that a wide result does not slow the page. */
const firstRows = 100;

/** Columns and rows of one statement, with a download that no spreadsheet takes for formulas. */
export function ResultGrid(props: {
  readonly result: ResultBody['statements'][number];
  readonly fileName: string;
  readonly label: string;
}) {
  const { result, label } = props;
  const [all, setAll] = useState(false);
  const shown = all ? result.rows : result.rows.slice(0, firstRows);
  const rows = count(result.rows.length, 'row', 'rows');
  return (
    <section className="qc-stack-tight" aria-label={label} data-testid={`result-${result.index}`}>
      <div className="qc-row-between">
        <span>
          {label}: {rows}
          {result.truncated && ', cut at the limits of this change'}
        </span>
        <Button
          spacing="compact"
          onClick={() => download(result, props.fileName)}
          testId={`csv-${result.index}`}
        >
          Download CSV
        </Button>
      </div>
      <div className="qc-scroll" role="region" aria-label={`${label}, rows`} tabIndex={0}>
        <table className="qc-grid">
          <thead>
            <tr>
              {result.columns.map((column, index) => (
                <th key={index} scope="col">
                  {column.name} <span className="qc-small qc-subtle">{column.type}</span>
                  {column.masked !== undefined && (
                    <div className="qc-small qc-subtle">masked: {column.masked}</div>
                  )}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              <tr key={index}>
                {row.map((cell, column) => (
                  <td key={column}>{cell ?? <em className="qc-subtle">NULL</em>}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {result.rows.length === 0 && <p className="qc-subtle">The statement returned no rows.</p>}
      {shown.length < result.rows.length && (
        <div>
          <Button spacing="compact" onClick={() => setAll(true)}>
            Show all {rows}
          </Button>
        </div>
      )}
    </section>
  );
}

function download(result: ResultBody['statements'][number], fileName: string): void {
  const text = toCsv({ columns: result.columns.map((column) => column.name), rows: result.rows });
  // The byte order mark makes spreadsheets read UTF-8.
  saveFile(fileName, 'text/csv;charset=utf-8', `\ufeff${text}`);
}
