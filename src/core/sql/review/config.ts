import * as v from 'valibot';
import { ConnectionKey, Environment } from '../../protocol/claims';
import { statementKinds } from '../facts/kind';
import { levels, type Level } from './rule';

/** Rules of a site's own in one layer. Each is asked about every statement. */
const maxCustomRules = 100;
/** Rules that one layer may set; more than there are. */
const maxRuleSettings = 400;
/** Connections that may be set apart, and texts in the list of one option. */
const maxConnections = 100;
const maxListed = 100;

const RuleId = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{2,63}$/, 'expected a rule id such as ban-drop-column'),
);
const RuleLevel = v.picklist(['off', ...levels]);
/** `orders`, `shop.*`, `*_archive`: `*` is any run of characters. */
const Pattern = v.pipe(v.string(), v.minLength(1), v.maxLength(127));

const ShortText = v.pipe(v.string(), v.maxLength(127));
const OptionValue = v.union([
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(1_000_000_000)),
  ShortText,
  v.boolean(),
  v.pipe(v.array(ShortText), v.maxLength(maxListed)),
]);

const RuleSetting = v.strictObject({
  level: v.optional(RuleLevel),
  options: v.optional(v.record(ShortText, OptionValue), {}),
});

/** A rule of the site's own: a statement that matches every given part is a finding. Patterns on facts, never code. */
export const CustomRule = v.strictObject({
  id: RuleId,
  title: v.pipe(v.string(), v.minLength(1, 'write a title'), v.maxLength(200)),
  level: v.picklist(levels),
  message: v.pipe(v.string(), v.minLength(1, 'write a message'), v.maxLength(500)),
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
  rules: v.optional(
    v.pipe(
      v.record(RuleId, RuleSetting),
      v.maxEntries(maxRuleSettings, `at most ${maxRuleSettings} rules can be set in one place`),
    ),
    {},
  ),
  custom: v.optional(
    v.pipe(
      v.array(CustomRule),
      v.maxLength(maxCustomRules, `at most ${maxCustomRules} rules of your own can stand in one place`),
    ),
    [],
  ),
});
/** What holds for all, for one environment or for one connection. */
export type ReviewLayer = v.InferOutput<typeof Layer>;

/** What a site says of the rules: for all, for an environment, for a connection; the nearer one wins, rule by rule. */
export const ReviewConfig = v.strictObject({
  ...Layer.entries,
  environments: v.optional(v.record(Environment, Layer), {}),
  connections: v.optional(v.pipe(v.record(ConnectionKey, Layer), v.maxEntries(maxConnections)), {}),
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

/** Where a review is made. */
export interface ReviewPlace {
  readonly environment: string | null;
  readonly connection: string | null;
}

/** Puts the layers together for a connection. */
export function effectiveConfig(config: ReviewConfig, place: ReviewPlace): EffectiveConfig {
  const layers = [
    config,
    own(config.environments, place.environment),
    own(config.connections, place.connection),
  ].flatMap((layer) => layer ?? []);
  return {
    level: ({ id, level }) =>
      layers.reduce<Level | 'off'>((before, layer) => own(layer.rules, id)?.level ?? before, level),
    options: (id) => Object.assign({}, ...layers.map((layer) => own(layer.rules, id)?.options ?? {})),
    custom: layers.flatMap(({ custom }) => custom),
  };
}

/** A value that was set under `key`, never one that every object has (`constructor`). */
function own<T>(values: { readonly [key: string]: T | undefined }, key: string | null): T | undefined {
  return key !== null && Object.hasOwn(values, key) ? values[key] : undefined;
}

/** The configuration without what says nothing: as it is stored and downloaded. Nothing configured is `{}`. */
export function sparseConfig({ environments, connections, ...all }: ReviewConfig): ReviewConfigInput {
  const layers = (named: { readonly [key: string]: ReviewLayer | undefined }): [string, object][] =>
    Object.entries(named).flatMap(([name, layer]) => {
      const sparse = sparseLayer(layer ?? { rules: {}, custom: [] });
      return isEmpty(sparse) ? [] : [[name, sparse]];
    });
  const near = { environments: layers(environments), connections: layers(connections) };
  return {
    ...sparseLayer(all),
    ...(near.environments.length > 0 && { environments: Object.fromEntries(near.environments) }),
    ...(near.connections.length > 0 && { connections: Object.fromEntries(near.connections) }),
  };
}

function sparseLayer({ rules, custom }: ReviewLayer): v.InferInput<typeof Layer> {
  const set = Object.entries(rules).flatMap(([id, { level, options }]) => {
    const setting = { ...(level !== undefined && { level }), ...(!isEmpty(options) && { options }) };
    return isEmpty(setting) ? [] : [[id, setting] as const];
  });
  return {
    ...(set.length > 0 && { rules: Object.fromEntries(set) }),
    ...(custom.length > 0 && { custom }),
  };
}

const isEmpty = (value: object): boolean => Object.keys(value).length === 0;

/** Nothing configured: every rule at its own level. */
export const defaultConfig: ReviewConfig = { rules: {}, custom: [], environments: {}, connections: {} };
