import type { Row } from '../rest/shapes';
import { fieldText } from '../issue/field-text';
import { IssueTypeIcon } from '../issue/issue-type-icon';
import { StatusLozenge } from '../issue/status';
import { Moment } from '../issue/time';
import { Link } from '../routing';
import { PersonName } from '../shell/person';

/** A column beyond the ones that every list has. */
export interface Column {
  readonly id: string;
  readonly name: string;
}

interface Props {
  readonly rows: readonly Row[];
  readonly columns: readonly Column[];
  readonly selected: readonly string[];
  readonly onSelect: (keys: readonly string[]) => void;
}

function Cells({ row, columns }: { readonly row: Row; readonly columns: readonly Column[] }) {
  const { fields } = row;
  return (
    <>
      <td>
        <IssueTypeIcon name={fields.issuetype.name} />
      </td>
      <td className="nowrap">
        <Link href={`/browse/${row.key}`}>{row.key}</Link>
      </td>
      <td className="table-summary">
        <Link href={`/browse/${row.key}`} tabIndex={-1}>
          {fields.summary}
        </Link>
      </td>
      <td>
        <StatusLozenge status={fields.status} />
      </td>
      {columns.map((column) => (
        <td key={column.id}>{fieldText(fields[column.id])}</td>
      ))}
      <td className="nowrap">
        <PersonName user={fields.assignee} />
      </td>
      <td className="nowrap">{fields.resolution?.name ?? <span className="subtle">Unresolved</span>}</td>
      <td className="nowrap">
        <Moment at={fields.updated} />
      </td>
    </>
  );
}

/** Issues in a table, selectable for bulk changes. */
export function IssueTable({ rows, columns, selected, onSelect }: Props) {
  const all = rows.length > 0 && rows.every((row) => selected.includes(row.key));
  const toggle = (key: string): void =>
    onSelect(selected.includes(key) ? selected.filter((other) => other !== key) : [...selected, key]);
  return (
    <div className="table-scroll" role="region" aria-label="Issues" tabIndex={0}>
      <table className="issues">
        <thead>
          <tr>
            <th scope="col">
              <input
                type="checkbox"
                aria-label="Select all issues"
                checked={all}
                onChange={() => onSelect(all ? [] : rows.map((row) => row.key))}
              />
            </th>
            {[
              'Type',
              'Key',
              'Summary',
              'Status',
              ...columns.map((column) => column.name),
              'Assignee',
              'Resolution',
              'Updated',
            ].map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <td>
                <input
                  type="checkbox"
                  aria-label={`Select ${row.key}`}
                  checked={selected.includes(row.key)}
                  onChange={() => toggle(row.key)}
                />
              </td>
              <Cells row={row} columns={columns} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
