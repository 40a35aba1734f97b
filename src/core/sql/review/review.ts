import { type ScriptFacts, scriptFacts } from '../facts/statement-facts';
import { typesBelow } from '../tree/node';
import type { Script } from '../tree/script';
import { customRuleApplies } from './custom-rules';
import type { EffectiveConfig } from './config';
import type { Level, OptionValues, Place, Report, ReviewContext, Rule } from './rule';
import { findWaivers, type Waiver } from './waivers';

/** One hit of a rule. */
export interface Finding {
  readonly rule: string;
  readonly title: string;
  readonly level: Level;
  /** Statement that it is about; null when it is about the whole script. */
  readonly statement: number | null;
  /** UTF-8 bytes [start, end) of the script. */
  readonly start: number;
  readonly end: number;
  readonly message: string;
  /** SQL to write instead; null when no rewrite is safe. */
  readonly rewrite: string | null;
  /** Reason of the author for setting the rule aside here; null when it counts. A waived finding stays a finding. */
  readonly waived: string | null;
}

/** What a review found. */
export interface Review {
  readonly script: ScriptFacts;
  /** In the order of the text. */
  readonly findings: readonly Finding[];
}

/** Reviews a script that parses. Pure and deterministic: author, approver and executor get the same answer. */
export function reviewScript(
  script: Script,
  rules: readonly Rule[],
  config: EffectiveConfig,
  context: ReviewContext,
): Review {
  const facts = scriptFacts(script, context.schema);
  const raw = [...builtIn(facts, rules, config, context), ...custom(facts, config, context)];
  const waivers = findWaivers(script);
  const reasons = waivedBy(waivers);
  const findings = raw.map((finding) => ({ ...finding, waived: reasons.get(placeOf(finding)) ?? null }));
  const broken = new Set(findings.map(placeOf));
  const about = waivers.flatMap((waiver) => [...aboutWaiver(waiver, broken)]);
  return { script: facts, findings: [...findings, ...about].toSorted(inOrder) };
}

type Unwaived = Omit<Finding, 'waived'>;

function* builtIn(
  facts: ScriptFacts,
  rules: readonly Rule[],
  config: EffectiveConfig,
  context: ReviewContext,
): Generator<Unwaived> {
  const { asked, always, byType } = askedRules(rules, config);
  // Statements of a script are alike: those with the same types of nodes are asked about the same rules.
  const bySignature = new Map<string, readonly AskedRule[]>();
  const rulesFor = (node: ScriptFacts['statements'][number]['node']): readonly AskedRule[] => {
    const types = [...typesBelow(node)];
    const signature = types.join(' ');
    const known = bySignature.get(signature);
    if (known) return known;
    const here = [...new Set([...always, ...types.flatMap((type) => byType.get(type) ?? [])])];
    bySignature.set(signature, here);
    return here;
  };
  for (const statement of facts.statements) {
    for (const { rule, level, options } of rulesFor(statement.node)) {
      for (const report of rule.statement?.(statement, options, context, facts) ?? []) {
        yield found(facts, rule, level, report);
      }
    }
  }
  for (const { rule, level, options } of asked) {
    for (const report of rule.script?.(facts, options, context) ?? [])
      yield found(facts, rule, level, report);
  }
}

/** A rule with what it is asked with under a configuration. */
interface AskedRule {
  readonly rule: Rule;
  readonly level: Level;
  readonly options: OptionValues;
}
interface AskedRules {
  readonly of: readonly Rule[];
  readonly asked: readonly AskedRule[];
  /** Asked about every statement. */
  readonly always: readonly AskedRule[];
  readonly byType: ReadonlyMap<string, readonly AskedRule[]>;
}

/** What was made of a configuration: for a short text that is most of the work, and it is the same for every text. */
const made = new WeakMap<EffectiveConfig, AskedRules>();

function askedRules(rules: readonly Rule[], config: EffectiveConfig): AskedRules {
  const before = made.get(config);
  if (before?.of === rules) return before;
  const asked = rules.flatMap((rule): AskedRule[] => {
    const level = config.level(rule);
    return level === 'off' ? [] : [{ rule, level, options: optionsOf(rule, config.options(rule.id)) }];
  });
  const byType = new Map<string, AskedRule[]>();
  for (const one of asked) {
    for (const type of one.rule.on ?? []) {
      const others = byType.get(type);
      if (others) others.push(one);
      else byType.set(type, [one]);
    }
  }
  const always = asked.filter(({ rule }) => rule.statement && !rule.on);
  const now = { of: rules, asked, always, byType };
  made.set(config, now);
  return now;
}

/** The rule's own values, with those of the configuration that are of the same type; anything else is not an option. */
function optionsOf(rule: Rule, configured: Readonly<Record<string, unknown>>): OptionValues {
  const entries = Object.entries(rule.options).map(([name, value]) => {
    const set = configured[name];
    const same = typeof set === typeof value && Array.isArray(set) === Array.isArray(value);
    return [name, same ? (set as typeof value) : value] as const;
  });
  return Object.fromEntries(entries);
}

function* custom(facts: ScriptFacts, config: EffectiveConfig, context: ReviewContext): Generator<Unwaived> {
  for (const rule of config.custom) {
    for (const statement of facts.statements) {
      if (!customRuleApplies(rule, statement, context)) continue;
      yield found(facts, rule, rule.level, { at: statement, message: rule.message });
    }
  }
}

function found(
  facts: ScriptFacts,
  rule: { readonly id: string; readonly title: string },
  level: Level,
  { at, message, rewrite }: Report,
): Unwaived {
  const { start, end } = rangeOf(facts, at);
  const statement = statementAt(facts.statements, start);
  return {
    rule: rule.id,
    title: rule.title,
    level,
    statement,
    start,
    end,
    message,
    rewrite: rewrite ?? null,
  };
}

/** The statement in which a byte stands; null: between two. They are in order, so half of them can be left out each time. */
function statementAt(statements: ScriptFacts['statements'], at: number): number | null {
  let low = 0;
  let high = statements.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const one = statements[middle];
    if (!one || at < one.start) high = middle - 1;
    else if (at >= one.end) low = middle + 1;
    else return one.index;
  }
  return null;
}

const isWordByte = (byte: number | undefined): boolean =>
  byte !== undefined &&
  ((byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x41 && byte <= 0x5a) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x5f ||
    byte === 0x24 ||
    byte >= 0x80);

/** A range, or the word that begins at an offset: the parser notes where a thing begins, not where it ends. */
function rangeOf({ bytes, statements }: ScriptFacts, at: Place): { start: number; end: number } {
  if ('start' in at) return { start: at.start, end: at.end };
  const start = at.at ?? statements[0]?.start ?? 0;
  let end = start;
  if (bytes[end] === 0x22) {
    end += 1;
    while (end < bytes.length && bytes[end] !== 0x22) end += 1;
    end += 1;
  } else {
    while (isWordByte(bytes[end])) end += 1;
  }
  return { start, end: Math.min(bytes.length, Math.max(end, start + 1)) };
}

/** A rule at a statement. */
const placeOf = ({ rule, statement }: Pick<Finding, 'rule' | 'statement'>): string => `${statement} ${rule}`;

/** Why a rule is set aside at a statement; the first reason of several. */
function waivedBy(waivers: readonly Waiver[]): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const { rules, reason, statement } of waivers) {
    if (reason === '' || statement === null) continue;
    for (const rule of rules) {
      const place = placeOf({ rule, statement });
      if (!reasons.has(place)) reasons.set(place, reason);
    }
  }
  return reasons;
}

/** What is wrong with a waiver; `broken` has the rules that were broken, with their statements. */
function* aboutWaiver(waiver: Waiver, broken: ReadonlySet<string>): Generator<Finding> {
  const base = { level: 'warning', statement: waiver.statement, rewrite: null, waived: null } as const;
  const { start, end } = waiver;
  if (waiver.reason === '') {
    const message =
      'The comment sets rules aside without a reason, so it has no effect. Write the reason after a colon.';
    yield { ...base, start, end, rule: 'waiver-without-reason', title: 'A waiver needs a reason', message };
    return;
  }
  for (const name of waiver.rules) {
    if (broken.has(placeOf({ rule: name, statement: waiver.statement }))) continue;
    const message = `The comment sets ${name} aside, but the statement does not break that rule.`;
    yield { ...base, start, end, rule: 'waiver-unused', title: 'A waiver that waives nothing', message };
  }
}

function inOrder(one: Finding, other: Finding): number {
  return one.start - other.start || one.end - other.end || (one.rule < other.rule ? -1 : 1);
}
