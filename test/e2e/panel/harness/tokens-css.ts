import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const themes = ['light', 'dark', 'spacing', 'typography', 'shape', 'motion'];
let built: Promise<string> | undefined;

/** The design tokens as one style sheet, as the platform provides them after `view.theme.enable()`. */
export function tokensCss(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const require = createRequire(import.meta.url);
  const folder = join(dirname(require.resolve('@atlaskit/tokens/package.json')), 'dist/esm/artifacts/themes');
  const sheets = await Promise.all(
    themes.map((theme) => readFile(join(folder, `atlassian-${theme}.js`), 'utf8')),
  );
  // Each module's default export is one string literal of CSS.
  return sheets
    .map((source) => JSON.parse(/export default (".*");?\s*$/s.exec(source)?.[1] ?? '""') as string)
    .join('\n');
}
