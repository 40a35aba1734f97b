import { ExpressionError, typeName } from './expression-error';

/**
 * An object of the Jira expression type system: only what it declares can be read, and `get` answers lazily.
 * Anything else is an error, which makes rules fail closed.
 */
export class ExpressionObject {
  readonly typeName: string;
  readonly #members: Readonly<Record<string, () => unknown>>;
  readonly #dynamic: ((name: string) => unknown) | undefined;

  constructor(
    type: string,
    members: Readonly<Record<string, () => unknown>>,
    dynamic?: (name: string) => unknown,
  ) {
    this.typeName = type;
    this.#members = members;
    this.#dynamic = dynamic;
  }

  /** Reads a member; undefined when there is none of that name. */
  read(name: string): unknown {
    const member = Object.hasOwn(this.#members, name) ? this.#members[name] : undefined;
    return member ? member() : this.#dynamic?.(name);
  }

  /** Declared members, for serialisation of results. */
  toJSON(): unknown {
    return Object.fromEntries(
      ['id', 'key', 'name', 'accountId', 'displayName']
        .filter((name) => Object.hasOwn(this.#members, name))
        .map((name) => [name, this.#members[name]?.()]),
    );
  }
}

/** Entity properties and JSON objects: a missing key is null, not an error. */
function readJson(target: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(target, name) ? (target[name] ?? null) : null;
}

/** `target.name` or `target[name]`. @throws ExpressionError on null and on unknown members */
export function readMember(target: unknown, name: string | number, computed: boolean): unknown {
  if (target === null || target === undefined)
    throw new ExpressionError(`Cannot read property '${name}' of null`, 'type');
  if (target instanceof ExpressionObject) {
    const value = target.read(String(name));
    if (value === undefined)
      throw new ExpressionError(`Unrecognized property of \`${target.typeName}\`: '${name}'`, 'type');
    return value;
  }
  if (Array.isArray(target)) {
    if (name === 'length') return target.length;
    if (typeof name === 'number') return (target[name] as unknown) ?? null;
    // Jira maps member access over lists: `issue.comments.author`.
    return target.map((item: unknown) => readMember(item, name, computed));
  }
  if (typeof target === 'string') {
    if (name === 'length') return target.length;
    if (typeof name === 'number') return target[name] ?? null;
  } else if (typeof target === 'object' && !(target instanceof Date) && !(target instanceof RegExp)) {
    return readJson(target as Record<string, unknown>, String(name));
  }
  throw new ExpressionError(`Unrecognized property of \`${typeName(target)}\`: '${name}'`, 'type');
}

type Invoke = (fn: unknown, ...args: unknown[]) => unknown;

const truth = (value: unknown): boolean => {
  if (typeof value !== 'boolean') throw new ExpressionError('The function must return a boolean', 'type');
  return value;
};

function sameKey(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

const LIST_METHODS: Readonly<Record<string, (list: unknown[], args: unknown[], invoke: Invoke) => unknown>> =
  {
    map: (list, [fn], invoke) => list.map((item) => invoke(fn, item)),
    filter: (list, [fn], invoke) => list.filter((item) => truth(invoke(fn, item))),
    some: (list, [fn], invoke) => list.some((item) => truth(invoke(fn, item))),
    every: (list, [fn], invoke) => list.every((item) => truth(invoke(fn, item))),
    find: (list, [fn], invoke) => list.find((item) => truth(invoke(fn, item))) ?? null,
    flatMap: (list, [fn], invoke) => list.flatMap((item) => invoke(fn, item)),
    flatten: (list) => list.flat(),
    reduce: (list, [fn, initial], invoke) =>
      list.reduce((total: unknown, item) => invoke(fn, total, item), initial ?? null),
    includes: (list, [value]) => list.some((item) => sameKey(item, value)),
    indexOf: (list, [value]) => list.findIndex((item) => sameKey(item, value)),
    concat: (list, [other]) => list.concat(Array.isArray(other) ? (other as unknown[]) : [other]),
    slice: (list, [from, to]) => list.slice(integer(from), to === undefined ? undefined : integer(to)),
    join: (list, [separator]) => list.map(String).join(separator === undefined ? ',' : text(separator)),
    sort: (list, [fn], invoke) => [...list].sort((a, b) => Number(invoke(fn, a, b))),
  };

const STRING_METHODS: Readonly<Record<string, (value: string, args: unknown[]) => unknown>> = {
  includes: (value, [part]) => value.includes(text(part)),
  startsWith: (value, [part]) => value.startsWith(text(part)),
  endsWith: (value, [part]) => value.endsWith(text(part)),
  indexOf: (value, [part]) => value.indexOf(text(part)),
  toLowerCase: (value) => value.toLowerCase(),
  toUpperCase: (value) => value.toUpperCase(),
  trim: (value) => value.trim(),
  split: (value, [by]) => value.split(text(by)),
  slice: (value, [from, to]) => value.slice(integer(from), to === undefined ? undefined : integer(to)),
  substring: (value, [from, to]) =>
    value.substring(integer(from), to === undefined ? undefined : integer(to)),
  replace: (value, [what, by]) =>
    what instanceof RegExp ? value.replace(what, text(by)) : value.replaceAll(text(what), text(by)),
  match: (value, [pattern]) => {
    const found = pattern instanceof RegExp ? value.match(pattern) : value.match(new RegExp(text(pattern)));
    return found ? [...found] : null;
  },
};

function text(value: unknown): string {
  if (typeof value !== 'string')
    throw new ExpressionError(`Expected a string but got ${typeName(value)}`, 'type');
  return value;
}

function integer(value: unknown): number {
  if (typeof value !== 'number')
    throw new ExpressionError(`Expected a number but got ${typeName(value)}`, 'type');
  return value;
}

/** `target.name(...args)` for the methods that Jira expressions have. @throws ExpressionError */
export function callMethod(target: unknown, name: string, args: unknown[], invoke: Invoke): unknown {
  if (target === null || target === undefined)
    throw new ExpressionError(`Cannot call '${name}' of null`, 'type');
  if (Array.isArray(target) && Object.hasOwn(LIST_METHODS, name))
    return LIST_METHODS[name]?.(target as unknown[], args, invoke);
  if (typeof target === 'string' && Object.hasOwn(STRING_METHODS, name))
    return STRING_METHODS[name]?.(target, args);
  if (target instanceof RegExp && name === 'test') return target.test(text(args[0]));
  if (target instanceof Date && name === 'getTime') return target.getTime();
  if (target instanceof ExpressionObject) {
    const value = target.read(name);
    if (value !== undefined) return invoke(value, ...args);
  } else if (typeof target === 'object' && !(target instanceof Date)) {
    const map = target as Record<string, unknown>;
    if (name === 'keys') return Object.keys(map);
    if (name === 'get') return readJson(map, text(args[0]));
    if (name === 'toString') return JSON.stringify(map);
  }
  if (name === 'toString' && typeof target === 'string') return target;
  if (name === 'toString' && typeof target === 'number') return String(target);
  throw new ExpressionError(`Unrecognized method '${name}' of \`${typeName(target)}\``, 'type');
}
