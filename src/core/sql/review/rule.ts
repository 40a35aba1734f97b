import type { SchemaSnapshot } from '../facts/schema-snapshot';
import type { ScriptFacts, StatementFacts } from '../facts/statement-facts';
import type { ByteRange } from '../tree/script';

/** How much a finding weighs. An error must be mended or waived with a reason. */
export const levels = ['info', 'warning', 'error'] as const;
export type Level = (typeof levels)[number];

/** What a rule protects; the rule pages are grouped by it. */
export const categories = [
  'data-loss',
  'locking',
  'rewrite',
  'correctness',
  'security',
  'transaction',
  'schema-design',
  'naming',
  'performance',
  'compatibility',
] as const;
export type Category = (typeof categories)[number];

/** Values that a site may set for a rule. */
export type OptionValues = Readonly<Record<string, number | string | boolean | readonly string[]>>;

/** What a rule may ask beside the script. All of it may be missing. */
export interface ReviewContext {
  readonly schema: SchemaSnapshot | null;
  /** Environment of the connection; null when it is not known. */
  readonly environment: 'dev' | 'qa' | 'staging' | 'prod' | null;
  /** Rows that the author allows the change to affect; null: no budget. */
  readonly rowBudget: number | null;
}

/** Where a finding stands: bytes of the script, or a byte offset that the parser noted. */
export type Place = ByteRange | { readonly at: number | null };

/** What a rule says of one place. */
export interface Report {
  readonly at: Place;
  /** One or two plain sentences with the names in it: what is wrong, and what it does. */
  readonly message: string;
  /** SQL to write instead, when that is certain to mean the same or what was meant; absent when it is not. */
  readonly rewrite?: string;
}

/** One rule. Its documentation stands beside it, in an export of its own, so that bundles can leave it out. */
export interface Rule<O extends OptionValues = OptionValues> {
  /** Kebab case; a peer's well-known name where the meaning is the same. */
  readonly id: string;
  /** What the rule says, as a short sentence without a full stop. */
  readonly title: string;
  readonly category: Category;
  /** Level where nothing is configured. */
  readonly level: Level;
  /** Values where nothing is configured. Their keys and types are what may be configured. */
  readonly options: O;
  /**
   * Types of nodes one of which a statement must hold for the rule to be asked about it; absent: it is asked about every
   * one. A test compares with asking about every one.
   */
  readonly on?: readonly string[];
  /** Looks at one statement. */
  statement?(
    statement: StatementFacts,
    options: O,
    context: ReviewContext,
    script: ScriptFacts,
  ): Iterable<Report>;
  /** Looks at the script as a whole. */
  script?(script: ScriptFacts, options: O, context: ReviewContext): Iterable<Report>;
}

/** Why a rule is there and what to do; becomes its page, and its examples are its tests. */
export interface RuleDocs {
  /** One or two paragraphs: what happens in PostgreSQL, and when it hurts. */
  readonly why: string;
  /** What to do instead. */
  readonly fix: string;
  /** At least two texts with a finding. */
  readonly bad: readonly Example[];
  /** At least two texts without one. */
  readonly good: readonly Example[];
  /** Names of the same rule elsewhere: `squawk: ban-drop-column`. */
  readonly alsoKnownAs?: readonly string[];
  /** Where PostgreSQL says so. */
  readonly sources?: readonly string[];
}

/** A text for a test and a page, with what the rule needs beside it. */
export type Example =
  | string
  | { readonly sql: string; readonly options?: OptionValues; readonly context?: Partial<ReviewContext> };

/**
 * Fixes the option type of a rule; nothing else. The mark lets a bundle that wants only the documentation of a rule leave
 * the rule out.
 */
/* @__NO_SIDE_EFFECTS__ */
export function rule<O extends OptionValues>(definition: Rule<O>): Rule<O> {
  return definition;
}
