import { canonicalJson } from '../../hash';
import type { CustomRule, ReviewConfig, ReviewLayer } from './config';

/** One thing that differs between two configurations. */
export interface ConfigChange {
  /** Where it holds: null for all, else an environment or a connection by its key. */
  readonly scope: ConfigScope;
  /** Id of the rule. */
  readonly rule: string;
  /** `custom`: a rule of the site's own, as a whole. */
  readonly part: 'level' | 'option' | 'custom';
  /** Name of the option; null for the other parts. */
  readonly option: string | null;
  /** Canonical JSON; null: not set. */
  readonly before: string | null;
  readonly after: string | null;
}

/** For whom a layer of the configuration holds. */
export type ConfigScope =
  { readonly kind: 'all' } | { readonly kind: 'environments' | 'connections'; readonly name: string };

/** What differs, in a fixed order: for all, by environment, by connection. */
export function configChanges(before: ReviewConfig, after: ReviewConfig): ConfigChange[] {
  const [was, is] = [facts(before), facts(after)];
  const keys = [...new Set([...was.keys(), ...is.keys()])];
  return keys.flatMap((key) => {
    const [one, other] = [was.get(key), is.get(key)];
    const fact = one ?? other;
    if (!fact || one?.value === other?.value) return [];
    const { value: _value, ...about } = fact;
    return [{ ...about, before: one?.value ?? null, after: other?.value ?? null }];
  });
}

/** Path of a change, for example `review.environments.prod.rules.ban-drop-table.level`. */
export function changePath({ scope, rule, part, option }: ConfigChange): string {
  const place = scope.kind === 'all' ? 'review' : `review.${scope.kind}.${scope.name}`;
  if (part === 'custom') return `${place}.custom.${rule}`;
  return part === 'level' ? `${place}.rules.${rule}.level` : `${place}.rules.${rule}.options.${option}`;
}

/** A change in words, without a full stop: `ban-drop-table off in prod`. */
export function changeWords({ scope, rule, part, option, after }: ConfigChange): string {
  const where = scopeWords(scope);
  if (part === 'custom')
    return after === null ? `own rule ${rule} removed${where}` : `own rule ${rule} written${where}`;
  if (part === 'level')
    return after === null ? `${rule} back to default${where}` : `${rule} ${JSON.parse(after)}${where}`;
  return after === null
    ? `${option} of ${rule} back to default${where}`
    : `${option} of ${rule} set to ${after}${where}`;
}

function scopeWords(scope: ConfigScope): string {
  if (scope.kind === 'all') return '';
  return scope.kind === 'environments' ? ` in ${scope.name}` : ` on ${scope.name}`;
}

type Fact = Omit<ConfigChange, 'before' | 'after'> & { readonly value: string };

function facts({ environments, connections, ...all }: ReviewConfig): Map<string, Fact> {
  const found = new Map<string, Fact>();
  const add = (scope: ConfigScope, layer: ReviewLayer | undefined): void => {
    for (const fact of layer ? layerFacts(scope, layer) : []) {
      found.set(canonicalJson([fact.scope, fact.rule, fact.part, fact.option]), fact);
    }
  };
  add({ kind: 'all' }, all);
  for (const [name, layer] of Object.entries(environments)) add({ kind: 'environments', name }, layer);
  for (const [name, layer] of Object.entries(connections)) add({ kind: 'connections', name }, layer);
  return found;
}

function* layerFacts(scope: ConfigScope, { rules, custom }: ReviewLayer): Generator<Fact> {
  for (const [rule, { level, options }] of Object.entries(rules)) {
    if (level !== undefined) yield { scope, rule, part: 'level', option: null, value: canonicalJson(level) };
    for (const [option, value] of Object.entries(options)) {
      yield { scope, rule, part: 'option', option, value: canonicalJson(value) };
    }
  }
  for (const own of custom) yield { scope, rule: own.id, part: 'custom', option: null, value: ownText(own) };
}

function ownText({ id: _id, ...rest }: CustomRule): string {
  return canonicalJson(rest);
}
