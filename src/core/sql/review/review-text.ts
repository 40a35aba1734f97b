import type { SqlParser } from '../parser';
import { cutScript, type Script } from '../tree/script';
import { allRules } from '../rules/all';
import type { EffectiveConfig } from './config';
import { type Finding, type Review, reviewScript } from './review';
import type { ReviewContext } from './rule';

/** Longest text that is analysed, UTF-8 bytes: beyond it the parser's memory grows past what a function has. */
const maxReviewBytes = 256 * 1024;

/** Reviews a text, also one that PostgreSQL's grammar refuses: then the refusal is the only finding. */
export async function reviewText(
  parser: SqlParser,
  text: string,
  config: EffectiveConfig,
  context: ReviewContext,
): Promise<Review> {
  const bytes = new TextEncoder().encode(text);
  const empty: Script = { text, bytes, statements: [] };
  const refused = (message: string, at: number): Review => ({
    script: { ...empty, statements: [] },
    findings: [problem(message, at, bytes.length)],
  });
  if (bytes.length > maxReviewBytes) {
    return refused(`The text has ${bytes.length} bytes; at most ${maxReviewBytes} can be analysed.`, 0);
  }
  if (text.includes('\0'))
    return refused('The text contains a NUL character.', byteOffset(text, text.indexOf('\0')));
  const broken = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/.exec(text);
  if (broken)
    return refused(
      'The text contains a broken character (half of a surrogate pair).',
      byteOffset(text, broken.index),
    );
  const parsed = await parser.parse(text);
  if (!parsed.ok) {
    const { message, position } = parsed.error;
    const before =
      position === null
        ? ''
        : Array.from(text)
            .slice(0, position - 1)
            .join('');
    return refused(`PostgreSQL would not read this: ${message}.`, byteOffset(before, before.length));
  }
  return reviewScript(cutScript(text, parsed.value), allRules, config, context);
}

function byteOffset(text: string, index: number): number {
  return new TextEncoder().encode(text.slice(0, index)).length;
}

function problem(message: string, at: number, length: number): Finding {
  const start = Math.min(at, length);
  return {
    rule: 'syntax-error',
    title: 'The text does not parse',
    level: 'error',
    statement: null,
    start,
    end: Math.min(length, start + 1),
    message,
    rewrite: null,
    waived: null,
  };
}
