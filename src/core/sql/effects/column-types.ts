import { typeModifiers, typeText } from '../tree/names';

/** `pg_catalog` names of types that `format_type` spells otherwise. */
const spelled: Readonly<Record<string, string>> = {
  'character varying': 'varchar',
  character: 'bpchar',
  integer: 'int4',
  bigint: 'int8',
  smallint: 'int2',
  boolean: 'bool',
  'double precision': 'float8',
  real: 'float4',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
  'time without time zone': 'time',
  'time with time zone': 'timetz',
  'bit varying': 'varbit',
};

interface ColumnType {
  readonly base: string;
  readonly modifiers: readonly number[];
}

/** A type as `format_type` writes it, taken apart: `timestamp(3) with time zone`. */
function parseTypeText(text: string): ColumnType {
  const found = /\(([\d,\s-]+)\)/u.exec(text);
  const base = text.replace(/\([\d,\s-]+\)/u, '').trim();
  const modifiers = found ? (found[1] ?? '').split(',').map(Number) : [];
  return { base: spelled[base] ?? base, modifiers };
}

/**
 * True when PostgreSQL keeps the stored rows as they are for a change of type: the same type, or a wider one of the same
 * form. Anything that is not certain is false. Source: ATColumnChangeRequiresRewrite and the length casts of 15 to 18.
 */
export function keepsStoredForm(from: string, typeName: unknown): boolean {
  const before = parseTypeText(from);
  const after: ColumnType = { base: typeText(typeName), modifiers: typeModifiers(typeName) };
  const [was, is] = [before.modifiers[0], after.modifiers[0]];
  if (before.base !== after.base) {
    if (before.base === 'varchar' && after.base === 'text') return true;
    if (before.base === 'text' && after.base === 'varchar') return is === undefined;
    return before.base === 'cidr' && after.base === 'inet';
  }
  switch (after.base) {
    case 'varchar':
    case 'varbit':
    case 'timestamp':
    case 'timestamptz':
    case 'time':
    case 'timetz':
      return is === undefined || (was !== undefined && is >= was);
    case 'numeric':
      return (
        is === undefined ||
        (was !== undefined && is >= was && (before.modifiers[1] ?? 0) === (after.modifiers[1] ?? 0))
      );
    default:
      return is === was;
  }
}
