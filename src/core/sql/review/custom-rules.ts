import type { StatementFacts } from '../facts/statement-facts';
import { nameText, type QualifiedName } from '../tree/names';
import type { CustomRule } from './config';
import type { ReviewContext } from './rule';

/** True when the name, with or without its schema, matches; `*` is any run of characters. Linear in the name's length. */
export function matchesPattern(pattern: string, name: QualifiedName): boolean {
  return matches(pattern, nameText(name)) || (!pattern.includes('.') && matches(pattern, name.name));
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split('*');
  const first = parts[0] ?? '';
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return text === pattern;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > text.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

/** True when a statement is what the site's own rule speaks of. */
export function customRuleApplies(
  { when }: CustomRule,
  statement: StatementFacts,
  context: ReviewContext,
): boolean {
  const { environment } = context;
  if (when.environments && (environment === null || !when.environments.includes(environment))) return false;
  if (when.kinds && !when.kinds.includes(statement.kind)) return false;
  const { calls, relation, access } = when;
  if (calls !== undefined && !statement.calls.some((call) => matchesPattern(calls, call))) return false;
  if (relation === undefined && access === undefined) return true;
  return statement.relations.some(
    (use) =>
      (relation === undefined || matchesPattern(relation, use)) &&
      (access === undefined || use.access === access),
  );
}
