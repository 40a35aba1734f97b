import type { ConnectionConfig } from '../config';

/** One label of the configuration: a column, or every column of a table, and its class. */
interface Label {
  /** `schema.table`. */
  readonly table: string;
  /** Null: every column of the table. */
  readonly column: string | null;
  readonly dataClass: string;
}

/** The labels whose values are masked on a connection. */
export interface Labels {
  readonly list: readonly Label[];
  /** Classes that are masked and have a column, in order. */
  readonly classes: readonly string[];
}

/** What is masked on a connection; null: nothing, and every rule of masking is off. */
export function labelsOf(connection: Pick<ConnectionConfig, 'labels' | 'mask'>): Labels | null {
  const { labels, mask } = connection;
  const list = Object.entries(labels)
    .filter(([, dataClass]) => mask === undefined || mask.includes(dataClass))
    .map(([name, dataClass]) => {
      const dot = name.lastIndexOf('.');
      const column = name.slice(dot + 1);
      return { table: name.slice(0, dot), column: column === '*' ? null : column, dataClass };
    });
  if (list.length === 0) return null;
  return { list, classes: [...new Set(list.map(({ dataClass }) => dataClass))].toSorted() };
}

/** The class of a column; its own label goes before that of its whole table. Null: it has none. */
export function labelOf(labels: Labels, table: string, column: string): string | null {
  const here = labels.list.filter((label) => label.table === table);
  const own = here.find((label) => label.column === column);
  return (own ?? here.find((label) => label.column === null))?.dataClass ?? null;
}
