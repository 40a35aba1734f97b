import type { ReactNode } from 'react';

interface Props {
  readonly label: string;
  readonly head: readonly string[];
  readonly rows: readonly { readonly key: string; readonly cells: readonly ReactNode[] }[];
  /** Said in place of an empty table. */
  readonly empty: string;
}

/** A plain table with a name; cells that are numbers are set to the right. */
export function Table({ label, head, rows, empty }: Props) {
  if (rows.length === 0) return <p className="subtle">{empty}</p>;
  const numeric = head.map((_, index) => rows.every((row) => typeof row.cells[index] === 'number'));
  const className = (index: number) => (numeric[index] ? 'number' : undefined);
  return (
    <div className="table-scroll" role="region" aria-label={label} tabIndex={0}>
      <table aria-label={label}>
        <thead>
          <tr>
            {head.map((name, index) => (
              <th key={name} scope="col" className={className(index)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              {row.cells.map((cell, index) => (
                <td key={head[index]} className={className(index)}>
                  {typeof cell === 'number' ? cell.toLocaleString('en', { maximumFractionDigits: 3 }) : cell}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
