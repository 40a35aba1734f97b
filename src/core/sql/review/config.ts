import * as v from 'valibot';
import { Environment } from '../../protocol/claims';
import { statementKinds } from '../facts/kind';
import { levels, type Level } from './rule';

const RuleId = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{2,63}$/, 'expected a rule id such as ban-drop-column'),
);
const RuleLevel = v.picklist(['off', ...levels]);
/** `orders`, `shop.*`, `*_archive`: `*` is any run of characters. */
const Pattern = v.pipe(v.string(), v.minLength(1), v.maxLength(127));

const RuleSetting = v.strictObject({
  level: v.optional(RuleLevel),
  options: v.optional(
    v.record(v.string(), v.union([v.number(), v.string(), v.boolean(), v.array(v.string())])),
    {},
  ),
});

/** A rule of the site's own: a statement that matches every given part is a finding. Patterns on facts, never code. */
export const CustomRule = v.strictObject({
  id: RuleId,
  title: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
  level: v.picklist(levels),
  message: v.pipe(v.string(), v.minLength(1), v.maxLength(500)),
  when: v.pipe(
    v.strictObject({
      kinds: v.optional(v.array(v.picklist(statementKinds))),
      /** A relation that the statement names, with its schema where the text has one. */
      relation: v.optional(Pattern),
      access: v.optional(v.picklist(['read', 'write', 'define'])),
      calls: v.optional(Pattern),
      environments: v.optional(v.array(Environment)),
    }),
    v.check((when) => Object.keys(when).length > 0, 'a rule needs at least one condition'),
  ),
});
export type CustomRule = v.InferOutput<typeof CustomRule>;

const Layer = v.strictObject({
  rules: v.optional(v.record(RuleId, RuleSetting), {}),
  custom: v.optional(v.array(CustomRule), []),
});

/** What a site says of the rules: for all, for an environment, for a connection; the nearer one wins, rule by rule. */
export const ReviewConfig = v.strictObject({
  ...Layer.entries,
  environments: v.optional(v.record(Environment, Layer), {}),
  connections: v.optional(v.record(v.string(), Layer), {}),
});
export type ReviewConfig = v.InferOutput<typeof ReviewConfig>;
/** As written in a file or on the admin page. */
export type ReviewConfigInput = v.InferInput<typeof ReviewConfig>;

/** The settings that hold for one review. */
export interface EffectiveConfig {
  readonly level: (rule: { readonly id: string; readonly level: Level }) => Level | 'off';
  readonly options: (id: string) => Readonly<Record<string, unknown>>;
  readonly custom: readonly CustomRule[];
}

/** Puts the layers together for a connection. */
export function effectiveConfig(
  config: ReviewConfig,
  place: { readonly environment: string | null; readonly connection: string | null },
): EffectiveConfig {
  const environments: Readonly<Record<string, v.InferOutput<typeof Layer> | undefined>> = config.environments;
  const layers = [
    config,
    place.environment === null ? undefined : environments[place.environment],
    place.connection === null ? undefined : config.connections[place.connection],
  ].flatMap((layer) => layer ?? []);
  return {
    level: ({ id, level }) =>
      layers.reduce<Level | 'off'>((before, layer) => layer.rules[id]?.level ?? before, level),
    options: (id) => Object.assign({}, ...layers.map((layer) => layer.rules[id]?.options ?? {})),
    custom: layers.flatMap(({ custom }) => custom),
  };
}

/** Nothing configured: every rule at its own level. */
export const defaultConfig: ReviewConfig = { rules: {}, custom: [], environments: {}, connections: {} };
