import * as v from 'valibot';
import { canonicalJson, sha256Hex, utf8Length } from '../../hash';
import { ok, refuse, type Result } from '../../result';
import { ReviewConfig, type ReviewLayer, sparseConfig } from './config';
import type { Rule } from './rule';

/** Longest configuration, UTF-8 bytes as stored. It is one value of Forge's storage (240 KiB) with room to spare. */
export const maxConfigBytes = 100 * 1024;
/** Problems that are told at once. */
const maxProblems = 20;
/** Names that every object has. A schema skips them in silence; here they are refused in words. */
const reserved = new Set(['__proto__', 'constructor', 'prototype']);

/** What a configuration may name: the rules that there are, with their options. */
export type KnownRule = Pick<Rule, 'id' | 'options'>;

/**
 * Reads a configuration from outside: a file, a text that was pasted, what the admin page sends. Answers everything that is
 * wrong with it, in words, each with the place where it is; a name that is spelled wrong must not pass for a setting.
 */
export function readReviewConfig(
  raw: unknown,
  rules: readonly KnownRule[],
): Result<ReviewConfig, readonly string[]> {
  const before = sizeProblem(raw) ?? reservedProblem(raw, '');
  if (before !== null) return refuse([before]);
  if (Array.isArray(raw)) return refuse(['The whole: expected named settings, received a list.']);
  const parsed = v.safeParse(ReviewConfig, raw ?? {});
  if (!parsed.success) {
    const problems = parsed.issues.map((issue) => `${v.getDotPath(issue) ?? 'The whole'}: ${issue.message}.`);
    return refuse(problems.slice(0, maxProblems));
  }
  const named = new Set<string>();
  const problems = [...layersOf(parsed.output)].flatMap(([place, layer]) => [
    ...layerProblems(place, layer, rules, named),
  ]);
  return problems.length === 0 ? ok(parsed.output) : refuse(problems.slice(0, maxProblems));
}

/** A configuration as it is stored: its canonical text, and the digest by which the settings name it. */
export interface StoredConfig {
  readonly digest: string;
  readonly text: string;
}

/** The stored form; null when nothing is configured. */
export async function storedConfig(config: ReviewConfig): Promise<StoredConfig | null> {
  const text = canonicalJson(sparseConfig(config));
  return text === '{}' ? null : { text, digest: await sha256Hex(text) };
}

/**
 * Reads a stored configuration. Rules that a later release dropped are no problem here: what was accepted once counts.
 * @throws Error when the text is not the one that the digest names; ValiError when it is no configuration
 */
export async function restoredConfig({ digest, text }: StoredConfig): Promise<ReviewConfig> {
  if ((await sha256Hex(text)) !== digest)
    throw new Error('the stored review rules are not the ones that were saved');
  return v.parse(ReviewConfig, JSON.parse(text));
}

function sizeProblem(raw: unknown): string | null {
  try {
    const bytes = utf8Length(JSON.stringify(raw ?? {}));
    return bytes <= maxConfigBytes
      ? null
      : `The configuration has ${bytes} bytes; at most ${maxConfigBytes} can be stored.`;
  } catch {
    return 'The configuration refers to itself or is nested too deep.';
  }
}

function reservedProblem(raw: unknown, path: string): string | null {
  if (typeof raw !== 'object' || raw === null) return null;
  for (const [key, value] of Object.entries(raw)) {
    const here = path === '' ? key : `${path}.${key}`;
    if (reserved.has(key)) return `${here}: nothing can be called so.`;
    const problem = reservedProblem(value, here);
    if (problem !== null) return problem;
  }
  return null;
}

function* layersOf(config: ReviewConfig): Generator<[string, ReviewLayer]> {
  yield ['', config];
  for (const part of ['environments', 'connections'] as const) {
    for (const [name, layer] of Object.entries(config[part])) yield [`${part}.${name}.`, layer];
  }
}

function* layerProblems(
  place: string,
  layer: ReviewLayer,
  known: readonly KnownRule[],
  named: Set<string>,
): Generator<string> {
  for (const [id, { options }] of Object.entries(layer.rules)) {
    const rule = known.find((candidate) => candidate.id === id);
    if (!rule) {
      yield `${place}rules.${id}: there is no rule of this name.`;
      continue;
    }
    for (const [name, value] of Object.entries(options)) {
      const problem = optionProblem(rule, name, value);
      if (problem !== null) yield `${place}rules.${id}.options.${name}: ${problem}`;
    }
  }
  for (const { id } of layer.custom) {
    if (known.some((rule) => rule.id === id)) yield `${place}custom: ${id} is the name of a built-in rule.`;
    if (named.has(id)) yield `${place}custom: there are two rules called ${id}.`;
    named.add(id);
  }
}

function optionProblem(rule: KnownRule, name: string, value: unknown): string | null {
  const own = Object.hasOwn(rule.options, name) ? rule.options[name] : undefined;
  if (own === undefined) {
    const names = Object.keys(rule.options).join(', ');
    return names === '' ? 'this rule has no options.' : `this rule has no such option; it has ${names}.`;
  }
  const [wanted, given] = [typeName(own), typeName(value)];
  return wanted === given ? null : `expected ${wanted}, received ${given}.`;
}

function typeName(value: unknown): string {
  return Array.isArray(value)
    ? 'a list of texts'
    : typeof value === 'string'
      ? 'a text'
      : `a ${typeof value}`;
}
