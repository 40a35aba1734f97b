import { parseArgs } from 'node:util';
import { environments } from '#core/protocol/claims';

const formats = ['text', 'json', 'sarif', 'github'] as const;
type ReviewFormat = (typeof formats)[number];

/** What the command line asks for. */
export interface ReviewArguments {
  /** Files to review; `-` is standard input. */
  readonly files: readonly string[];
  readonly format: ReviewFormat;
  readonly schema: string | null;
  readonly config: string | null;
  readonly connection: string | null;
  readonly environment: (typeof environments)[number] | null;
}

export const usage = `npm run review -- FILE… [options]

Reviews SQL files as the product does. "-" reads standard input.

  --json               one JSON document per file, for machines
  --sarif              SARIF 2.1.0, for code scanning
  --github             annotations of GitHub Actions
  --schema FILE        a schema snapshot (JSON) of the database
  --config FILE        levels, options and rules of your own (YAML or JSON)
  --connection KEY     applies what the configuration says of this connection
  --environment NAME   ${environments.join(', ')}

Exit code: 0 no error found, 1 at least one error that is not waived, 2 the review could not be made.
`;

/** Parses the command line; answers what is wrong with it, in words. */
export function parseReviewArguments(args: readonly string[]): ReviewArguments | string {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        json: { type: 'boolean' },
        sarif: { type: 'boolean' },
        github: { type: 'boolean' },
        schema: { type: 'string' },
        config: { type: 'string' },
        connection: { type: 'string' },
        environment: { type: 'string' },
      },
    });
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  const { values, positionals } = parsed;
  const chosen = formats.filter((format) => format !== 'text' && values[format]);
  if (chosen.length > 1) return `--${chosen.join(' and --')} exclude each other`;
  if (positionals.length === 0) return 'no file is named';
  const environment = environments.find((name) => name === values.environment) ?? null;
  if (values.environment !== undefined && environment === null) {
    return `--environment is one of ${environments.join(', ')}`;
  }
  return {
    files: positionals,
    format: chosen[0] ?? 'text',
    schema: values.schema ?? null,
    config: values.config ?? null,
    connection: values.connection ?? null,
    environment,
  };
}
