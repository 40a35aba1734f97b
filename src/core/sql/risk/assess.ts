import type { StatementFacts } from '../facts/statement-facts';
import type { SchemaSnapshot } from '../facts/schema-snapshot';
import type { Finding, Review } from '../review/review';
import type { ReviewContext } from '../review/rule';
import { counted, listed } from '../summary/words';
import { dataReasons, lockReasons, rowReasons, undoReasons } from './statement';
import { higher, lowered, type RiskLevel, type RiskReason } from './levels';

export interface Risk {
  /** The highest level of its reasons. */
  readonly level: RiskLevel;
  /** From the heaviest; of equal ones in the order of the text. Never empty. */
  readonly reasons: readonly RiskReason[];
}

/** What a risk may know beside the text and its findings. What is missing raises it. */
export interface RiskContext {
  readonly schema: SchemaSnapshot | null;
  readonly environment: ReviewContext['environment'];
  /** Rows that a dry run touched, by statement; empty: there was none. */
  readonly rows: readonly (number | null)[];
  /** When it is to run; null: nobody has said. */
  readonly time: 'day' | 'night' | 'freeze' | null;
}

/**
 * The risk of a change, from facts that anybody can check: the same input always gives the same level and reasons.
 * Outside production every reason about the database weighs one step less; an unknown environment counts as production.
 */
export function assessRisk(review: Review, context: RiskContext): Risk {
  const { statements } = review.script;
  const production = context.environment === 'prod' || context.environment === null;
  const ofDatabase = statements.flatMap((statement) => ofStatement(statement, context));
  const weighed = production
    ? ofDatabase
    : ofDatabase.map((reason) => ({ ...reason, level: lowered(reason.level) }));
  const reasons = [
    ...weighed,
    ...findingReasons(review.findings),
    ...missing(statements, context),
    ...timeReasons(context),
  ];
  const sorted = reasons.toSorted((one, other) =>
    one.level === other.level ? 0 : higher(one.level, other.level) === one.level ? -1 : 1,
  );
  if (sorted.length === 0) {
    const text = statements.every(({ kind }) => kind === 'read')
      ? 'It only reads.'
      : 'Nothing in it is known to be risky.';
    return { level: 'low', reasons: [{ code: 'nothing', level: 'low', text, statement: null }] };
  }
  return { level: sorted[0]?.level ?? 'low', reasons: sorted };
}

function ofStatement(statement: StatementFacts, context: RiskContext): RiskReason[] {
  return [
    ...undoReasons(statement),
    ...lockReasons(statement, context.schema),
    ...rowReasons(statement, context.schema, context.rows[statement.index] ?? null),
    ...dataReasons(statement),
  ];
}

function* findingReasons(findings: readonly Finding[]): Generator<RiskReason> {
  for (const finding of findings) {
    if (finding.rule === 'syntax-error') {
      yield { code: 'syntax-error', level: 'critical', text: 'The text cannot be read.', statement: null };
    } else if (finding.level === 'error' && finding.waived === null) {
      const text = `It breaks the rule ${finding.rule}.`;
      yield { code: 'finding', level: 'high', text, statement: finding.statement };
    } else if (finding.level === 'error') {
      const text = `The author has set the rule ${finding.rule} aside: ${finding.waived}`;
      yield { code: 'waiver', level: 'medium', text, statement: finding.statement };
    }
  }
  const warnings = findings.filter(({ level, waived }) => level === 'warning' && waived === null);
  if (warnings.length === 0) return;
  const rules = [...new Set(warnings.map(({ rule }) => rule))];
  const text = `${counted(warnings.length, 'warning')}: ${listed(rules, 4)}.`;
  yield { code: 'warnings', level: 'medium', text, statement: null };
}

function* missing(statements: readonly StatementFacts[], context: RiskContext): Generator<RiskReason> {
  const touches = statements.some(({ kind }) => kind !== 'read' && kind !== 'session');
  if (!touches) return;
  if (!context.schema) {
    const text =
      'The structure of the database is not known: sizes and what depends on the tables cannot be told.';
    yield { code: 'no-schema', level: 'medium', text, statement: null };
  }
  if (context.environment === null) {
    const text = 'The environment is not known, so it counts as production.';
    yield { code: 'no-environment', level: 'low', text, statement: null };
  }
}

function* timeReasons({ time }: RiskContext): Generator<RiskReason> {
  if (time === 'freeze') {
    yield { code: 'freeze', level: 'critical', text: 'It would run during a freeze.', statement: null };
  }
  if (time === 'night') {
    const text = 'It would run at night, when few people can help.';
    yield { code: 'night', level: 'medium', text, statement: null };
  }
}
