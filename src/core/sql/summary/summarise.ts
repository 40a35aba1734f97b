import { isNode, type Node, unwrap, walk } from '../tree/node';
import type { Statement } from '../tree/script';
import { hasOption } from '../tree/tables';
import { objectSummary } from './objects';
import { rowsSummary, type SummaryContext } from './rows';
import { sentence } from './words';

const rowChanges = new Set(['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

/**
 * What a statement does, in one plain sentence, from its tree alone: the same text always has the same summary. Literals
 * are shown shortened, secrets never. Plain text; whoever puts it into a page escapes it.
 */
export function summarise(statement: Statement, context: SummaryContext): string {
  return sentence(predicate(statement, context));
}

function predicate(statement: Statement, context: SummaryContext): string {
  const { type, fields, node } = statement;
  if (type === 'ExplainStmt') return explained(statement, context);
  if (type === 'CopyStmt') return copied(fields);
  const own = rowsSummary(statement, type, fields, context) ?? objectSummary(statement);
  if (own === null) return unknown(type);
  const within = changesWithin(statement, node, context);
  return [own, ...within].join('; in the same statement it ');
}

/** What CTEs change beside the statement itself. */
function changesWithin(statement: Statement, node: Node, context: SummaryContext): string[] {
  if (!('SelectStmt' in node) && !rowChanges.has(statement.type)) return [];
  const found: string[] = [];
  for (const [key, fields] of walk(node)) {
    if (!rowChanges.has(key) || fields === statement.fields) continue;
    found.push(rowsSummary(statement, key, fields, { ...context, rows: null }) ?? '');
  }
  return found;
}

function explained(statement: Statement, context: SummaryContext): string {
  const query = isNode(statement.fields['query']) ? statement.fields['query'] : {};
  const [type, fields] = unwrap(query);
  const inner = rowsSummary(statement, type, fields, { ...context, rows: null }) ?? 'runs a statement';
  const really = hasOption(statement.fields['options'], 'analyze');
  return really ? `${inner} — really, to measure it` : `shows the plan of a statement that ${inner}`;
}

function copied(fields: Node): string {
  const relation = isNode(fields['relation']) ? String(fields['relation']['relname']) : 'a query';
  const program = fields['is_program'] === true;
  const place = program
    ? 'a program on the server'
    : typeof fields['filename'] === 'string'
      ? 'a file on the server'
      : 'the client';
  return fields['is_from'] === true
    ? `loads rows into ${relation} from ${place}`
    : `writes rows of ${relation} to ${place}`;
}

/** `AlterOpFamilyStmt` gives `ALTER OP FAMILY`. */
function unknown(type: string): string {
  const words = type
    .replace(/Stmt$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();
  return `is a statement of the kind ${words || 'that the parser does not name'}; what it does is not put in words here`;
}
