import type { Operand } from '@atlaskit/jql-ast';
import { badRequest } from '../errors';
import type { Jira } from '../store';
import { calendarFunction, parseDate } from './dates';
import type { JqlField } from './field';

/** Who searches, and when. */
export interface JqlContext {
  readonly jira: Jira;
  readonly viewer: string | undefined;
  readonly now: number;
  /** Ids of saved filters that this query is part of. */
  readonly filters: readonly string[];
}

/** What a function gives for a field; undefined when JQL has no such function here. */
function callFunction(
  context: JqlContext,
  name: string,
  args: readonly string[],
): (string | number)[] | undefined {
  const { jira } = context;
  switch (name.toLowerCase()) {
    case 'currentuser':
      return context.viewer === undefined ? [] : [context.viewer];
    case 'now':
      return [context.now];
    case 'membersof': {
      const group = jira.state.groups.find(
        (g) => g.name.toLowerCase() === args[0]?.toLowerCase() || g.groupId === args[0],
      );
      if (!group)
        throw badRequest(
          `Function 'membersOf' can not generate a list of usernames for group '${args[0] ?? ''}'; the group does not exist.`,
        );
      return jira.state.users.filter((u) => u.groupIds.includes(group.groupId)).map((u) => u.accountId);
    }
    default: {
      const at = calendarFunction(name, args[0], context.now);
      return at === undefined ? undefined : [at];
    }
  }
}

function literal(context: JqlContext, field: JqlField, text: string): string | number {
  switch (field.kind) {
    case 'number': {
      const value = Number(text);
      if (text.trim() === '' || Number.isNaN(value))
        throw badRequest(`'${text}' is not a valid number for field '${field.name}'.`);
      return value;
    }
    case 'date': {
      const at = parseDate(text, context.now);
      if (at === undefined) {
        throw badRequest(
          `Date value '${text}' for field '${field.name}' is invalid. Valid formats include: 'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format e.g. '-5d', '4w 2d'.`,
        );
      }
      return at;
    }
    case 'string':
    case 'text':
      return text;
    default: {
      const value = field.resolve?.(text);
      if (value === undefined) throw badRequest(missing(field, text));
      return value;
    }
  }
}

function missing(field: JqlField, text: string): string {
  if (field.kind === 'key') return `An issue with key '${text}' does not exist for field '${field.name}'.`;
  return `The value '${text}' does not exist for the field '${field.name}'.`;
}

/** The canonical values an operand stands for. @throws JiraError 400 */
export function operandValues(context: JqlContext, field: JqlField, operand: Operand): (string | number)[] {
  switch (operand.operandType) {
    case 'list':
      return operand.values.flatMap((value) => operandValues(context, field, value));
    case 'keyword':
      return [];
    case 'function': {
      const values = callFunction(
        context,
        operand.function.value,
        operand.arguments.map((a) => a.value),
      );
      if (!values)
        throw badRequest(
          `Unable to find JQL function '${operand.function.value}(${operand.arguments.map((a) => a.text).join(', ')})'.`,
        );
      return values;
    }
    default:
      return [literal(context, field, operand.value)];
  }
}
