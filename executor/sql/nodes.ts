import type { Node } from './parser';

/** The type and the fields of a node: `{UpdateStmt: {...}}` gives `['UpdateStmt', {...}]`. */
export function unwrap(node: Node): readonly [string, Node] {
  const [type, fields] = Object.entries(node)[0] ?? ['', {}];
  return [type, isNode(fields) ? fields : {}];
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every `[key, object]` below and including `node`, in no particular order. Its stack is ours, not the engine's. */
export function* walk(node: Node): Generator<readonly [string, Node]> {
  const open: [string, unknown][] = Object.entries(node);
  for (let next = open.pop(); next; next = open.pop()) {
    const [key, value] = next;
    if (Array.isArray(value)) for (const item of value) open.push([key, item]);
    else if (isNode(value)) {
      yield [key, value];
      open.push(...Object.entries(value));
    }
  }
}

/** The string of `{String: {sval}}` or of a string constant; null for anything else. */
export function stringOf(value: unknown): string | null {
  if (!isNode(value)) return null;
  const [type, fields] = unwrap(value);
  if (type === 'String') return typeof fields['sval'] === 'string' ? fields['sval'] : '';
  if (type === 'A_Const' && isNode(fields['sval'])) {
    return typeof fields['sval']['sval'] === 'string' ? fields['sval']['sval'] : '';
  }
  return null;
}
