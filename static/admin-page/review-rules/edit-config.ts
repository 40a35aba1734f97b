import type { CustomRule, ReviewConfig, ReviewLayer, ReviewPlace } from '#core/sql/review/config';
import type { ConfigScope } from '#core/sql/review/config-changes';
import type { Level } from '#core/sql/review/rule';

/** A level as it can be set; null: whatever holds without it. */
export type LevelChoice = Level | 'off' | null;
export type OptionValue = ReviewLayer['rules'][string]['options'][string];

/** The configuration with another level of a rule. */
export function withLevel(
  config: ReviewConfig,
  scope: ConfigScope,
  id: string,
  level: LevelChoice,
): ReviewConfig {
  return editRule(config, scope, id, ({ level: _level, ...rest }) =>
    level === null ? rest : { ...rest, level },
  );
}

/** The configuration with another value of an option; null takes it away. */
export function withOption(
  config: ReviewConfig,
  scope: ConfigScope,
  id: string,
  option: { readonly name: string; readonly value: OptionValue | null },
): ReviewConfig {
  return editRule(config, scope, id, (setting) => {
    const { [option.name]: _before, ...options } = setting.options;
    return {
      ...setting,
      options: option.value === null ? options : { ...options, [option.name]: option.value },
    };
  });
}

/** The configuration with everything as it comes for one rule. */
export function withoutRule(config: ReviewConfig, scope: ConfigScope, id: string): ReviewConfig {
  return editLayer(config, scope, ({ rules: { [id]: _setting, ...rules }, custom }) => ({ rules, custom }));
}

/** The configuration with a rule of the site's own, in the place of the one called `former`. */
export function withOwnRule(
  config: ReviewConfig,
  scope: ConfigScope,
  own: CustomRule,
  former: string | null,
): ReviewConfig {
  return editLayer(config, scope, ({ rules, custom }) => {
    const at = custom.findIndex(({ id }) => id === former);
    return { rules, custom: at < 0 ? [...custom, own] : custom.with(at, own) };
  });
}

export function withoutOwnRule(config: ReviewConfig, scope: ConfigScope, id: string): ReviewConfig {
  return editLayer(config, scope, ({ rules, custom }) => ({
    rules,
    custom: custom.filter((one) => one.id !== id),
  }));
}

/** What is set in one place. */
export function layerOf(config: ReviewConfig, scope: ConfigScope): ReviewLayer {
  if (scope.kind === 'all') return { rules: config.rules, custom: config.custom };
  const named: { readonly [name: string]: ReviewLayer | undefined } = config[scope.kind];
  return (Object.hasOwn(named, scope.name) ? named[scope.name] : undefined) ?? { rules: {}, custom: [] };
}

/** Where a review is made that all of `scope` holds for, and the one around it; null around all. */
export function placesOf(
  scope: ConfigScope,
  environmentOf: (connection: string) => string | null,
): { readonly here: ReviewPlace; readonly around: ReviewPlace | null } {
  const all = { environment: null, connection: null };
  if (scope.kind === 'all') return { here: all, around: null };
  if (scope.kind === 'environments')
    return { here: { environment: scope.name, connection: null }, around: all };
  const environment = environmentOf(scope.name);
  return {
    here: { environment, connection: scope.name },
    around: { environment, connection: null },
  };
}

function editRule(
  config: ReviewConfig,
  scope: ConfigScope,
  id: string,
  edit: (setting: ReviewLayer['rules'][string]) => ReviewLayer['rules'][string],
): ReviewConfig {
  return editLayer(config, scope, ({ rules, custom }) => ({
    rules: { ...rules, [id]: edit(rules[id] ?? { options: {} }) },
    custom,
  }));
}

function editLayer(
  config: ReviewConfig,
  scope: ConfigScope,
  edit: (layer: ReviewLayer) => ReviewLayer,
): ReviewConfig {
  const layer = edit(layerOf(config, scope));
  if (scope.kind === 'all') return { ...config, ...layer };
  return { ...config, [scope.kind]: { ...config[scope.kind], [scope.name]: layer } };
}
