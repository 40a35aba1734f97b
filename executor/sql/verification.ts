import { findDeceptive, findUnencodable } from './characters';
import { cutStatements, type Statement } from './cut';
import { isNode, stringOf, unwrap, walk } from '#core/sql/tree/node';
import { type Node, parseSql } from './parser';
import { onlyReads, refusedStatement } from './rules';

/** One assertion: a SELECT, and the unqualified names it reads, which a temporary table could shadow. */
export interface Assertion {
  readonly statement: Statement;
  readonly names: readonly string[];
}

/** A verification, cut into its assertions, or why it may not run, in words. */
export type Verification =
  | { readonly ok: true; readonly assertions: readonly Assertion[] }
  | { readonly ok: false; readonly message: string };

const isTemporary = (schema: unknown): boolean => typeof schema === 'string' && /^pg_temp/i.test(schema);

async function refused(node: Node): Promise<string | null> {
  const [type] = unwrap(node);
  if (type !== 'SelectStmt' || !onlyReads(node)) return 'only a SELECT that changes and locks nothing';
  const named = await refusedStatement(node, false);
  if (named !== null) return `no ${named}`;
  for (const [key, fields] of walk(node)) {
    if (key === 'RangeVar' && isTemporary(fields['schemaname'])) return 'no temporary tables';
    if (key !== 'FuncCall' || !Array.isArray(fields['funcname'])) continue;
    const path = fields['funcname'].map((part) => stringOf(part)?.toLowerCase() ?? '');
    if (path.at(-1) === 'set_config') return 'no set_config';
    if (path.length > 1 && isTemporary(path[0])) return 'no temporary functions';
  }
  return null;
}

function unqualifiedNames(node: Node): string[] {
  const names: string[] = [];
  for (const [key, fields] of walk(node)) {
    if (
      key === 'RangeVar' &&
      isNode(fields) &&
      !fields['schemaname'] &&
      typeof fields['relname'] === 'string'
    ) {
      names.push(fields['relname']);
    }
  }
  return [...new Set(names)];
}

/** Cuts a verification and checks by its text that each statement is a SELECT that only reads. */
export async function readVerification(text: string): Promise<Verification> {
  const no = (message: string): Verification => ({ ok: false, message: `the verification ${message}` });
  const unencodable = findUnencodable(text);
  if (unencodable) return no(`has a bad character: ${unencodable.message}`);
  const parsed = await parseSql(text);
  if (!parsed.ok) return no('does not parse');
  if (parsed.value.length === 0) return no('holds no statement');
  const hidden = findDeceptive(text);
  if (hidden) return no(`has a hidden character: ${hidden.message}`);
  const statements = cutStatements(text, parsed.value);
  for (const { index, node } of statements) {
    const rule = await refused(node);
    if (rule !== null) return no(`may hold ${rule} (statement ${index + 1})`);
  }
  return {
    ok: true,
    assertions: statements.map((statement) => ({ statement, names: unqualifiedNames(statement.node) })),
  };
}
