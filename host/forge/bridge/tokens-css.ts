import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);
const THEMES = [
  'atlassian-light',
  'atlassian-dark',
  'atlassian-spacing',
  'atlassian-typography',
  'atlassian-shape',
];

let css: string | undefined;

function themeCss(name: string): string {
  const theme: unknown = load(`@atlaskit/tokens/dist/cjs/artifacts/themes/${name}.js`);
  if (typeof theme === 'object' && theme !== null && 'default' in theme && typeof theme.default === 'string')
    return theme.default;
  throw new Error(`@atlaskit/tokens has no theme ${name}`);
}

/** The stylesheet that `view.theme.enable()` brings into a frame: Atlassian's own tokens for both colour modes. */
export function tokensCss(): string {
  css ??= THEMES.map(themeCss).join('\n');
  return css;
}
