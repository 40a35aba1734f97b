import * as v from 'valibot';
import { utf8Length } from '../hash';
import { maxContentBytes, maxReasonLength, maxRowBudget } from '../limits';
import { ConnectionKey } from '../protocol/claims';
import { ExportFormat } from '../protocol/export';
import { findHiddenCharacters } from '../sql/hidden-characters';

/** What an author writes, as stored in a draft: any of it may still be missing. */
export const DraftContent = v.strictObject({
  connection: v.nullable(ConnectionKey),
  sql: v.string(),
  /** Null: the author declares that there is no rollback. Empty: not decided yet. */
  rollback: v.nullable(v.string()),
  reason: v.pipe(v.string(), v.maxLength(maxReasonLength)),
  /** As typed: rows that the change may affect at most. Empty: no budget. Drafts of earlier releases have none. */
  rowBudget: v.optional(v.pipe(v.string(), v.maxLength(20)), ''),
  /** Each statement a SELECT that must return true before and after COMMIT. Empty: none. */
  verification: v.optional(v.string(), ''),
  /** The executor is to undo the change by itself if need be; `rollback` is null then. */
  automaticRollback: v.optional(v.boolean(), false),
  /** Write the result to a file at the executor. Null: return the first rows. */
  exportFormat: v.optional(v.nullable(ExportFormat), null),
});
export type DraftContent = v.InferOutput<typeof DraftContent>;

/** A draft with nothing in it. */
export const emptyContent: DraftContent = {
  connection: null,
  sql: '',
  rollback: '',
  reason: '',
  rowBudget: '',
  verification: '',
  automaticRollback: false,
  exportFormat: null,
};

/** Content that can be submitted. */
export interface CompleteContent {
  readonly connection: string;
  readonly sql: string;
  readonly rollback: string | null;
  readonly reason: string;
  readonly rowBudget: number | null;
  readonly verification: string | null;
  readonly automaticRollback: boolean;
  readonly exportFormat: ExportFormat | null;
}

/** Something the author must fix before the change can be submitted, or saved. */
export interface ContentProblem {
  readonly code:
    | 'connection-missing'
    | 'sql-missing'
    | 'rollback-undecided'
    | 'reason-missing'
    | 'too-large'
    | 'nul-character'
    | 'lone-surrogate'
    | 'hidden-character'
    | 'row-budget-invalid';
  readonly field: 'connection' | 'sql' | 'rollback' | 'reason' | 'rowBudget' | 'verification';
  /** In words, for the panel. */
  readonly message: string;
}

/** Problems for which a draft cannot even be stored: its bytes would not be what the author sees. */
export function storageProblems(content: DraftContent): ContentProblem[] {
  const problems: ContentProblem[] = [];
  for (const field of ['sql', 'rollback', 'verification', 'reason'] as const) {
    const text = content[field] ?? '';
    if (text.includes('\0')) {
      problems.push({
        code: 'nul-character',
        field,
        message: `The ${label(field)} contains a NUL character.`,
      });
    }
    if (!isWellFormed(text)) {
      problems.push({
        code: 'lone-surrogate',
        field,
        message: `The ${label(field)} contains a broken character.`,
      });
    }
  }
  const bytes =
    utf8Length(content.sql) + utf8Length(content.rollback ?? '') + utf8Length(content.verification);
  if (bytes > maxContentBytes) {
    problems.push({
      code: 'too-large',
      field: 'sql',
      message: `SQL, rollback and verification together have ${bytes} bytes; the limit is ${maxContentBytes}.`,
    });
  }
  return problems;
}

/** All that keeps `content` from being submitted; empty when it is complete. */
export function submissionProblems(content: DraftContent): ContentProblem[] {
  const problems = storageProblems(content);
  const missing = (code: ContentProblem['code'], field: ContentProblem['field'], message: string): void => {
    problems.push({ code, field, message });
  };
  if (content.sql.trim() === '') missing('sql-missing', 'sql', 'Paste the SQL to run.');
  if (content.connection === null) missing('connection-missing', 'connection', 'Choose a connection.');
  if (content.reason.trim() === '') missing('reason-missing', 'reason', 'Give a reason.');
  if (!content.automaticRollback && content.rollback !== null && content.rollback.trim() === '') {
    missing(
      'rollback-undecided',
      'rollback',
      'Write the rollback, let the executor undo it, or say that there is none.',
    );
  }
  const budget = rowBudgetProblem(content.rowBudget);
  if (budget !== null) missing('row-budget-invalid', 'rowBudget', budget);
  for (const field of ['sql', 'rollback', 'verification'] as const) {
    const found = findHiddenCharacters(content[field] ?? '').find((character) => character.forbidden);
    if (found) {
      missing(
        'hidden-character',
        field,
        `The ${label(field)} hides a ${found.name} (${found.code}) outside a literal.`,
      );
    }
  }
  return problems;
}

/** The complete form of `content`, or undefined when {@link submissionProblems} is not empty. */
export function completeContent(content: DraftContent): CompleteContent | undefined {
  const { connection } = content;
  if (connection === null || submissionProblems(content).length > 0) return undefined;
  const { sql, rollback, reason, automaticRollback, exportFormat } = content;
  return {
    connection,
    sql,
    rollback: automaticRollback ? null : rollback,
    reason,
    rowBudget: parseRowBudget(content.rowBudget) ?? null,
    verification: content.verification.trim() === '' ? null : content.verification,
    automaticRollback,
    exportFormat,
  };
}

/** What is wrong with a row budget as typed, in words for the author; null when it can be submitted. */
export function rowBudgetProblem(text: string): string | null {
  if (parseRowBudget(text) !== undefined) return null;
  return `Write the row budget as a whole number without signs, up to ${maxRowBudget}, or leave it empty.`;
}

/** The budget: null when there is none, undefined when `text` is not a number of rows. */
export function parseRowBudget(text: string): number | null | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return null;
  return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : undefined;
}

function label(field: 'sql' | 'rollback' | 'verification' | 'reason'): string {
  return field === 'sql' ? 'SQL' : field;
}

/** `String.prototype.isWellFormed` is not in Node 20's type library; the regular expression says the same. */
function isWellFormed(text: string): boolean {
  return !/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.test(text);
}
