import { parseArgs } from 'node:util';

/** What the executor prints when it is asked wrongly. */
export const usage = `usage:
  executor serve --config FILE
  executor check --config FILE
  executor init  --config FILE --connection KEY (--print | --apply)
  executor key   --config FILE --print
`;

/** A command line that makes sense. */
export type Command =
  | { readonly name: 'serve' | 'check' | 'key'; readonly config: string }
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
      },
    });
    const [name, ...more] = positionals;
    const { config, connection, print, apply } = values;
    if (config === undefined || more.length > 0) return null;
    if (name === 'serve' || name === 'check') return { name, config };
    if (name === 'key') return print ? { name, config } : null;
    if (name !== 'init' || connection === undefined || print === apply) return null;
    return { name, config, connection, how: print ? 'print' : 'apply' };
  } catch {
    return null;
  }
}
