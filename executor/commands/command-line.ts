import { parseArgs } from 'node:util';

/** What the executor prints when it is asked wrongly. */
export const usage = `usage:
  executor serve --config FILE
  executor check --config FILE
  executor init  --config FILE --connection KEY (--print | --apply)
  executor enrol --config FILE < BLOCK      (the block that the admin page shows, JSON)
  executor key   --config FILE (--print | --rotate | --use-next)
`;

/** A command line that makes sense. */
export type Command =
  | { readonly name: 'serve' | 'check' | 'enrol'; readonly config: string }
  | { readonly name: 'key'; readonly config: string; readonly how: 'print' | 'rotate' | 'use-next' }
  | {
      readonly name: 'init';
      readonly config: string;
      readonly connection: string;
      readonly how: 'print' | 'apply';
    };

/** Parses the arguments after the script's name; null when they make no sense. */
export function parseCommandLine(args: readonly string[]): Command | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string' },
        connection: { type: 'string' },
        print: { type: 'boolean', default: false },
        apply: { type: 'boolean', default: false },
        rotate: { type: 'boolean', default: false },
        'use-next': { type: 'boolean', default: false },
      },
    });
    const [name, ...more] = positionals;
    const { config, connection } = values;
    if (config === undefined || more.length > 0) return null;
    const hows = (['print', 'apply', 'rotate', 'use-next'] as const).filter((how) => values[how]);
    const how = hows[0];
    if (name === 'serve' || name === 'check' || name === 'enrol') return { name, config };
    if (how === undefined || hows.length > 1) return null;
    if (name === 'key') return how === 'apply' ? null : { name, config, how };
    if (name !== 'init' || connection === undefined) return null;
    return how === 'print' || how === 'apply' ? { name, config, connection, how } : null;
  } catch {
    return null;
  }
}
