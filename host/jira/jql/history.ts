import type { Predicate, TerminalClause } from '@atlaskit/jql-ast';
import type { HistoryRecord, IssueRecord } from '../entities';
import { badRequest } from '../errors';
import type { JqlField, Matcher } from './field';
import { operandValues, type JqlContext } from './operands';

/** A value that a field had from `start` until `end`, set by `actor`. */
interface Period {
  value: string | null;
  start: number;
  end: number;
  actor: string;
}

const itemOf = (history: HistoryRecord, id: string) => history.items.find((item) => item.fieldId === id);

function periods(field: JqlField, issue: IssueRecord): Period[] {
  const id = field.historyId ?? '';
  const changes = issue.histories.filter((history) => itemOf(history, id));
  const current = String(field.values(issue)[0] ?? '') || null;
  const first = changes[0] ? (itemOf(changes[0], id)?.from ?? null) : current;
  const list: Period[] = [
    { value: first, start: Date.parse(issue.created), end: Number.POSITIVE_INFINITY, actor: issue.creatorId },
  ];
  for (const change of changes) {
    const at = Date.parse(change.created);
    const last = list.at(-1);
    if (last) last.end = at;
    list.push({
      value: itemOf(change, id)?.to ?? null,
      start: at,
      end: Number.POSITIVE_INFINITY,
      actor: change.authorId,
    });
  }
  return list;
}

interface Limits {
  by?: Set<string | number>;
  from?: Set<string | number>;
  to?: Set<string | number>;
  after: number;
  before: number;
}

function limits(context: JqlContext, field: JqlField, predicates: readonly Predicate[]): Limits {
  const result: Limits = { after: Number.NEGATIVE_INFINITY, before: Number.POSITIVE_INFINITY };
  const date: JqlField = { name: field.name, kind: 'date', values: () => [] };
  const people: JqlField = {
    name: 'by',
    kind: 'user',
    values: () => [],
    resolve: (text) =>
      context.jira.state.users.find(
        (u) => u.accountId === text || u.displayName.toLowerCase() === text.toLowerCase(),
      )?.accountId,
  };
  for (const predicate of predicates) {
    const operand = predicate.operand ?? undefined;
    if (!operand) throw badRequest(`The predicate '${predicate.operator.value}' needs a value.`);
    const kind = predicate.operator.value;
    const dates = () => operandValues(context, date, operand).map(Number);
    if (kind === 'by') result.by = new Set(operandValues(context, people, operand));
    else if (kind === 'from') result.from = new Set(operandValues(context, field, operand));
    else if (kind === 'to') result.to = new Set(operandValues(context, field, operand));
    else if (kind === 'after') result.after = dates()[0] ?? result.after;
    else if (kind === 'before') result.before = dates()[0] ?? result.before;
    else if (kind === 'on') [result.after, result.before] = [dates()[0] ?? 0, (dates()[0] ?? 0) + 86_400_000];
    else if (kind === 'during') [result.after = result.after, result.before = result.before] = dates();
  }
  return result;
}

function changed(field: JqlField, limit: Limits): Matcher {
  return (issue) =>
    periods(field, issue).some((period, at, all) => {
      if (at === 0) return false;
      const from = all[at - 1]?.value ?? '';
      return (
        period.start >= limit.after &&
        period.start <= limit.before &&
        (!limit.by || limit.by.has(period.actor)) &&
        (!limit.from || limit.from.has(from)) &&
        (!limit.to || limit.to.has(period.value ?? ''))
      );
    });
}

/** `was …` and `changed …`. @throws JiraError 400 for fields without history */
export function historyMatcher(context: JqlContext, field: JqlField, clause: TerminalClause): Matcher {
  const operator = clause.operator?.value ?? '';
  if (field.historyId === undefined) {
    throw badRequest(`History searches do not support the '${field.name}' field.`);
  }
  const limit = limits(context, field, clause.predicates);
  if (operator === 'changed') return changed(field, limit);
  const operand = clause.operand ?? undefined;
  if (!operand) throw badRequest(`The field '${field.name}' needs a value.`);
  const wanted = new Set(operandValues(context, field, operand));
  const empty = operand.operandType === 'keyword';
  const was: Matcher = (issue) =>
    periods(field, issue).some(
      (period) =>
        (period.value === null ? empty : wanted.has(period.value)) &&
        period.end >= limit.after &&
        period.start <= limit.before &&
        (!limit.by || limit.by.has(period.actor)),
    );
  return operator.startsWith('was not') ? (issue) => !was(issue) : was;
}
