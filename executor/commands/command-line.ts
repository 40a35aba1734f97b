import { parseArgs } from 'node:util';
import type { Halted } from './halt';

/** What the executor prints when it is asked wrongly. */
export const usage = `usage:
  executor serve --config FILE
  executor check --config FILE
  executor init  --config FILE --connection KEY (--print | --apply)
  executor enrol --config FILE < BLOCK      (the block that the admin page shows, JSON)
  executor key   --config FILE (--print | --rotate | --use-next)
  executor halt   --config FILE (--connection KEY | --all) --reason TEXT
  executor resume --config FILE (--connection KEY | --all)
  executor epoch  --config FILE --new --reason TEXT
`;

/** A command line that makes sense. */
export type Command =
  | { readonly name: 'serve' | 'check' | 'enrol'; readonly config: string }
  | { readonly name: 'key'; readonly config: string; readonly how: 'print' | 'rotate' | 'use-next' }
  | { readonly name: 'halt'; readonly config: string; readonly what: Halted; readonly reason: string }
  | { readonly name: 'resume'; readonly config: string; readonly what: Halted }
  | { readonly name: 'epoch'; readonly config: string; readonly reason: string }
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
        all: { type: 'boolean', default: false },
        reason: { type: 'string' },
        print: { type: 'boolean', default: false },
        apply: { type: 'boolean', default: false },
        rotate: { type: 'boolean', default: false },
        'use-next': { type: 'boolean', default: false },
        new: { type: 'boolean', default: false },
      },
    });
    const [name, ...more] = positionals;
    const { config, connection } = values;
    if (config === undefined || more.length > 0) return null;
    if (name === 'halt' || name === 'resume') {
      if (values.new || values.all === (connection !== undefined)) return null;
      const what = connection === undefined ? 'all' : { connection };
      if (name === 'resume') return values.reason === undefined ? { name, config, what } : null;
      return values.reason === undefined ? null : { name, config, what, reason: values.reason };
    }
    if (name === 'epoch') {
      const { reason } = values;
      if (!values.new || reason === undefined || values.all || connection !== undefined) return null;
      return { name, config, reason };
    }
    if (values.all || values.new || values.reason !== undefined) return null;
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
