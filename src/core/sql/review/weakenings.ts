import { canonicalJson } from '../../hash';
import { type EffectiveConfig, effectiveConfig, type ReviewConfig, type ReviewPlace } from './config';
import type { Rule } from './rule';

/** Something that would hold changes back in production until now, and would not any more. */
export interface Weakening {
  /** Names it, so that a person can accept this one and no other. */
  readonly key: string;
  /** What it means, in words for the person who is about to do it. */
  readonly words: string;
}

/** What is known of a rule without its code. */
export type ListedRule = Pick<Rule, 'id' | 'title' | 'level' | 'options'>;

/** Connections of the site, by environment. */
export interface KnownConnection {
  readonly key: string;
  readonly environment: string;
}

/**
 * What a change of the configuration takes away in production: rules of level error that would be one no more, or whose
 * options change. Judged by what holds in the end, so a rule turned off for all counts as much as one turned off for prod.
 */
export function weakenings(
  before: ReviewConfig,
  after: ReviewConfig,
  rules: readonly ListedRule[],
  connections: readonly KnownConnection[],
): Weakening[] {
  const everywhere = atPlace(before, after, rules, { environment: 'prod', connection: null }, 'in prod');
  const known = new Set(everywhere.map(({ about }) => about));
  const apart = connections
    .filter(({ environment }) => environment === 'prod')
    .flatMap(({ key, environment }) =>
      atPlace(before, after, rules, { environment, connection: key }, `on ${key} (prod)`),
    )
    // What holds for the whole environment is told once.
    .filter(({ about }) => !known.has(about));
  return [...everywhere, ...apart].map(({ about, place, words }) => ({ key: `${about} ${place}`, words }));
}

interface Found {
  readonly about: string;
  readonly place: string;
  readonly words: string;
}

function atPlace(
  before: ReviewConfig,
  after: ReviewConfig,
  rules: readonly ListedRule[],
  place: ReviewPlace,
  where: string,
): Found[] {
  const [was, is] = [effectiveConfig(before, place), effectiveConfig(after, place)];
  const name = place.connection ?? 'prod';
  const builtIn = rules.flatMap((rule): Found[] => {
    if (was.level(rule) !== 'error') return [];
    const level = is.level(rule);
    if (level !== 'error')
      return [{ about: `${rule.id}=${level}`, place: name, words: levelWords(rule, level, where) }];
    const [old, now] = [optionText(rule, was), optionText(rule, is)];
    if (old === now) return [];
    const words = `${rule.id} holds changes back ${where}. Its options change from ${old} to ${now}, so it may let through what it stopped until now.`;
    return [{ about: `${rule.id}=${now}`, place: name, words }];
  });
  const own = was.custom.flatMap((rule): Found[] => {
    if (rule.level !== 'error' || is.custom.some((one) => canonicalJson(one) === canonicalJson(rule)))
      return [];
    const changed = is.custom.find(({ id }) => id === rule.id);
    const words = changed
      ? `Your own rule ${rule.id} holds changes back ${where} and would read otherwise: it may let through what it stopped until now.`
      : `Your own rule ${rule.id} ("${rule.title}") would be gone ${where}: what it stopped until now can be submitted.`;
    return [{ about: `${rule.id}=${changed ? canonicalJson(changed) : 'gone'}`, place: name, words }];
  });
  return [...builtIn, ...own];
}

function levelWords({ id, title }: ListedRule, level: 'off' | 'info' | 'warning', where: string): string {
  const what = `${id} is an error ${where}: "${title}".`;
  return level === 'off'
    ? `${what} It would be off: nobody who writes or approves a change would be told of it any more.`
    : `${what} It would be ${level === 'info' ? 'an information' : 'a warning'}: still shown, but it would hold nothing back.`;
}

function optionText(rule: ListedRule, config: EffectiveConfig): string {
  return canonicalJson({ ...rule.options, ...config.options(rule.id) });
}
