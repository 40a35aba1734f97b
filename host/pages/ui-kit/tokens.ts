import generated from '@atlaskit/tokens/token-names';

/** Node sees the package as CommonJS, a bundler as a module. */
const names: Readonly<Record<string, string>> =
  'default' in generated ? (generated.default as Record<string, string>) : { ...generated };

/** Whether Atlassian's design system has a token of this name. */
export const isToken = (name: string): boolean => Object.hasOwn(names, name);

/** The CSS value of a design token. Throws for a name that the design system does not have. */
export function tokenCss(name: string): string {
  const variable = names[name];
  if (variable === undefined) throw new Error(`${name} is not a design token`);
  return `var(${variable})`;
}
