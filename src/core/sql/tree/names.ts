import { as, isNode, items, stringOf, strings, type Node } from './node';

/** A name as written: with its schema, or without. Compared as the server stores it, so unquoted names are lower case. */
export interface QualifiedName {
  readonly schema: string | null;
  readonly name: string;
}

/** `shop.orders` or `orders`. */
export function nameText({ schema, name }: QualifiedName): string {
  return schema === null ? name : `${schema}.${name}`;
}

/** True when both names can only mean, or at least may mean, the same object: one without a schema matches any. */
export function mayBeSame(one: QualifiedName, other: QualifiedName): boolean {
  return (
    one.name === other.name && (one.schema === null || other.schema === null || one.schema === other.schema)
  );
}

/** The name in a `RangeVar`'s fields. */
export function rangeName(range: Node): QualifiedName {
  const schema = range['schemaname'];
  const name = range['relname'];
  return {
    schema: typeof schema === 'string' ? schema : null,
    name: typeof name === 'string' ? name : '',
  };
}

/** The name in a list of strings: `[schema, name]` or `[name]`; a catalogue in front is dropped. */
export function listName(list: unknown): QualifiedName {
  const parts = strings(list);
  return { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? '' };
}

/** Name of an object in DROP, COMMENT and the like: a list of strings, a typed name, or a name with arguments. */
export function objectName(object: Node): QualifiedName {
  const list = as(object, 'List');
  if (list) return listName(list['items']);
  const type = as(object, 'TypeName');
  if (type) return listName(type['names']);
  const call = as(object, 'ObjectWithArgs');
  if (call) return listName(call['objname']);
  return { schema: null, name: stringOf(object) ?? '' };
}

/** A type as the grammar names it: `int4`, `varchar`, `shop.money_amount`; without the catalogue's schema. */
export function typeText(typeName: unknown): string {
  if (!isNode(typeName)) return '';
  const fields = as(typeName, 'TypeName') ?? typeName;
  const { schema, name } = listName(fields['names']);
  return schema === null || schema === 'pg_catalog' ? name : `${schema}.${name}`;
}

/** The numbers in the parentheses of a type: `varchar(100)` gives `[100]`. */
export function typeModifiers(typeName: unknown): readonly number[] {
  if (!isNode(typeName)) return [];
  const fields = as(typeName, 'TypeName') ?? typeName;
  return items(fields['typmods']).flatMap((item) => {
    const value = as(item, 'A_Const')?.['ival'];
    if (!isNode(value)) return [];
    return typeof value['ival'] === 'number' ? [value['ival']] : [0];
  });
}

/** Name of a called function, lower case as the server stores it. */
export function calledName(call: Node): QualifiedName {
  return listName(call['funcname']);
}
