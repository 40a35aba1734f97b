/** A node of PostgreSQL's parse tree in the JSON form of libpg_query: an object with one key, the node's type. */
export type Node = Readonly<Record<string, unknown>>;

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The type and the fields of a node: `{UpdateStmt: {...}}` gives `['UpdateStmt', {...}]`. */
export function unwrap(node: Node): readonly [string, Node] {
  const [type, fields] = Object.entries(node)[0] ?? ['', {}];
  return [type, isNode(fields) ? fields : {}];
}

/** The fields of `value` when it is a node of this type; undefined for anything else. */
export function as(value: unknown, type: string): Node | undefined {
  const fields = isNode(value) ? value[type] : undefined;
  return isNode(fields) ? fields : undefined;
}

/** The nodes of a list field; empty when the field is absent. */
export function items(value: unknown): readonly Node[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.filter(isNode);
}

/** The fields of every item of a list that is of this type. */
export function itemsOf(value: unknown, type: string): readonly Node[] {
  return items(value).flatMap((item): readonly Node[] => {
    const fields = as(item, type);
    return fields ? [fields] : [];
  });
}

/** Every `[key, object]` below and including `node`, in the order of the tree. Its stack is ours, not the engine's. */
export function* walk(node: Node): Generator<readonly [string, Node]> {
  const keys: string[] = [];
  const values: unknown[] = [];
  openFields(node, keys, values);
  while (keys.length > 0) {
    const key = keys.pop() ?? '';
    const value = values.pop();
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) openItems(key, value, keys, values);
    else {
      yield [key, value as Node];
      openFields(value as Node, keys, values);
    }
  }
}

/** Only objects and lists are opened: what is plain has nothing below it. */
function openFields(node: Node, keys: string[], values: unknown[]): void {
  const names = Object.keys(node);
  for (let at = names.length - 1; at >= 0; at -= 1) {
    const name = names[at] ?? '';
    const value = node[name];
    if (typeof value !== 'object') continue;
    keys.push(name);
    values.push(value);
  }
}

function openItems(key: string, list: readonly unknown[], keys: string[], values: unknown[]): void {
  for (let at = list.length - 1; at >= 0; at -= 1) {
    keys.push(key);
    values.push(list[at]);
  }
}

type TypeIndex = ReadonlyMap<string, readonly Node[]>;

/** Where a node keeps its index. Not a WeakMap: thousands of its entries cost the garbage collector more than the walk. */
const indexKey = Symbol('index of node types');

/** What stands below a node, by type; made once for each node that is asked about, for all rules together. */
function indexOf(node: Node & { [indexKey]?: TypeIndex }): TypeIndex {
  const known = node[indexKey];
  if (known) return known;
  const made = new Map<string, Node[]>();
  // As in walk, without a pair for every node.
  const keys: string[] = [];
  const values: unknown[] = [];
  openFields(node, keys, values);
  while (keys.length > 0) {
    const key = keys.pop() ?? '';
    const value = values.pop();
    if (Array.isArray(value)) openItems(key, value, keys, values);
    else if (isNode(value)) {
      const list = made.get(key);
      if (list) list.push(value);
      else made.set(key, [value]);
      openFields(value, keys, values);
    }
  }
  if (Object.isExtensible(node)) Object.defineProperty(node, indexKey, { value: made });
  return made;
}

/** The types of all nodes below and including `node`. */
export function typesBelow(node: Node): Iterable<string> {
  return indexOf(node).keys();
}

const none: readonly Node[] = [];

/** The fields of every node of this type below and including `node`, in the order of the tree. */
export function find(node: Node, type: string): readonly Node[] {
  return indexOf(node).get(type) ?? none;
}

/** The string of `{String: {sval}}` or of a string constant; null for anything else. */
export function stringOf(value: unknown): string | null {
  const plain = as(value, 'String');
  if (plain) return typeof plain['sval'] === 'string' ? plain['sval'] : '';
  const constant = as(value, 'A_Const');
  if (!constant || !isNode(constant['sval'])) return null;
  return typeof constant['sval']['sval'] === 'string' ? constant['sval']['sval'] : '';
}

/** A field that is plain text; empty when it is absent. */
export function textOf(fields: Node, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

/** The strings of a list of `String` nodes, as in a qualified name. */
export function strings(value: unknown): readonly string[] {
  return items(value).flatMap((item) => stringOf(item) ?? []);
}

/** Byte offset in the whole text where the node begins, as the parser noted it; null when it noted none. */
export function locationOf(fields: Node | undefined): number | null {
  const location = fields?.['location'];
  return typeof location === 'number' && location >= 0 ? location : null;
}
