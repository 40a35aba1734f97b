import type { Property } from '@atlaskit/jql-ast';
import * as v from 'valibot';
import type { InstalledApp } from '../../contract';
import { badRequest } from '../errors';
import type { Jira } from '../store';
import type { JqlField, JqlKind } from './field';

const declaration = v.looseObject({
  propertyKey: v.string(),
  entityType: v.optional(v.string(), 'issue'),
  values: v.array(
    v.looseObject({
      path: v.string(),
      type: v.picklist(['number', 'string', 'text', 'user', 'date']),
      searchAlias: v.optional(v.string()),
    }),
  ),
});

/** One path of an issue property that the installed app declares for search. */
interface IndexedPath {
  readonly propertyKey: string;
  readonly path: string;
  readonly type: 'number' | 'string' | 'text' | 'user' | 'date';
  readonly alias: string | undefined;
  /** Its column in `rows`. */
  readonly column: number;
  /** What was read of property values already; a stored value is replaced as a whole, never changed. */
  readonly rows: Rows;
}

/** What one path of a property value holds. */
type Values = (string | number)[];

/** What was read of property values, by column. */
class Rows {
  readonly #rows = new WeakMap<object, (Values | undefined)[]>();
  #last: { property: object; row: (Values | undefined)[] } | undefined;

  /** The row of a property value. Clauses ask about the same issue one after the other, so the last one is at hand. */
  of(property: object): (Values | undefined)[] {
    if (this.#last?.property === property) return this.#last.row;
    const row = this.#rows.get(property) ?? [];
    if (row.length === 0) this.#rows.set(property, row);
    this.#last = { property, row };
    return row;
  }
}

/** What `jira:entityProperty` and `jira:entityPropertySet` of the installed app index on issues. */
export const indexedPaths = (jira: Jira): readonly IndexedPath[] =>
  jira.app ? indexOf(jira.app.modules) : [];

/** Declared paths by the modules of an app, which never change. */
const indexes = new WeakMap<InstalledApp['modules'], readonly IndexedPath[]>();

function indexOf(modules: InstalledApp['modules']): readonly IndexedPath[] {
  const known = indexes.get(modules);
  if (known) return known;
  const sets = (modules['jira:entityPropertySet'] ?? []).flatMap((set) =>
    Array.isArray(set['properties']) ? (set['properties'] as unknown[]) : [],
  );
  const rows = new Rows();
  const declared = [...(modules['jira:entityProperty'] ?? []), ...sets].flatMap((candidate) => {
    const parsed = v.safeParse(declaration, candidate);
    if (!parsed.success || parsed.output.entityType !== 'issue') return [];
    return parsed.output.values.map((value) => ({
      propertyKey: parsed.output.propertyKey,
      path: value.path,
      type: value.type,
      alias: value.searchAlias,
    }));
  });
  const paths = declared.map((path, column) => ({ ...path, column, rows }));
  indexes.set(modules, paths);
  return paths;
}

function walk(value: unknown, path: readonly string[]): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown) => walk(item, path));
  const [head, ...rest] = path;
  if (head === undefined) return value === null || value === undefined ? [] : [value];
  if (typeof value !== 'object' || value === null) return [];
  return walk((value as Record<string, unknown>)[head], rest);
}

/** A value as its declared type indexes it; values of another type are not indexed. */
function indexedValue(type: IndexedPath['type'], value: unknown): (string | number)[] {
  if (type === 'number') return typeof value === 'number' ? [value] : [];
  if (type === 'date') {
    const ms = typeof value === 'number' ? value : typeof value === 'string' ? Date.parse(value) : Number.NaN;
    return Number.isNaN(ms) ? [] : [ms];
  }
  if (type === 'string' && typeof value === 'boolean') return [String(value)];
  return typeof value === 'string' || typeof value === 'number' ? [String(value)] : [];
}

const NOTHING: Values = [];

function valuesOf(indexed: IndexedPath, property: unknown): Values {
  if (typeof property !== 'object' || property === null) return NOTHING;
  const row = indexed.rows.of(property);
  return (row[indexed.column] ??= walk(property, indexed.path.split('.')).flatMap((value) =>
    indexedValue(indexed.type, value),
  ));
}

const KINDS: Record<IndexedPath['type'], JqlKind> = {
  number: 'number',
  string: 'string',
  text: 'text',
  user: 'user',
  date: 'date',
};

function asField(jira: Jira, indexed: IndexedPath, name: string): JqlField {
  return {
    name,
    kind: KINDS[indexed.type],
    values: (issue) => valuesOf(indexed, issue.properties[indexed.propertyKey]),
    ...(indexed.type === 'user'
      ? {
          resolve: (operand: string) =>
            jira.state.users.find((u) => u.accountId === operand)?.accountId ?? operand,
        }
      : {}),
    // Only numbers and dates sort (reference/forge-platform.md 2.4).
    sortable: indexed.type === 'number' || indexed.type === 'date',
  };
}

/** `issue.property[key].path`; only declared paths are searchable. @throws JiraError 400 */
export function propertyField(jira: Jira, text: string, property: Property): JqlField {
  const key = property.key?.value ?? '';
  const path = (property.path ?? [])
    .map((part) => part.value)
    .join('')
    .replace(/^\./, '');
  const indexed = indexedPaths(jira).find((entry) => entry.propertyKey === key && entry.path === path);
  if (!indexed)
    throw badRequest(
      `Field '${text}[${key}].${path}' does not exist or you do not have permission to view it.`,
    );
  return asField(jira, indexed, `${text}[${key}].${path}`);
}

/** The property behind a search alias; undefined when no module declares it. */
export function aliasField(jira: Jira, name: string): JqlField | undefined {
  const indexed = indexedPaths(jira).find((entry) => entry.alias?.toLowerCase() === name.toLowerCase());
  return indexed ? asField(jira, indexed, name) : undefined;
}
