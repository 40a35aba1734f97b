import { calledName } from './names';
import { find, type Node } from './node';

/**
 * Functions of PostgreSQL whose result differs from row to row (`provolatile = 'v'`) and that people use in defaults and
 * conditions. now() and its like are stable: one value for the whole statement.
 */
const volatileFunctions = new Set([
  'random',
  'random_normal',
  'gen_random_uuid',
  'uuidv4',
  'uuidv7',
  'uuid_generate_v1',
  'uuid_generate_v1mc',
  'uuid_generate_v4',
  'clock_timestamp',
  'timeofday',
  'nextval',
  'setval',
  'pg_sleep',
  'gen_random_bytes',
  'gen_salt',
]);

/** Name of the first function below `node` that is known to be volatile; null when there is none. */
export function volatileCall(node: Node): string | null {
  for (const call of find(node, 'FuncCall')) {
    const { schema, name } = calledName(call);
    if ((schema === null || schema === 'pg_catalog' || schema === 'public') && volatileFunctions.has(name))
      return name;
  }
  return null;
}
