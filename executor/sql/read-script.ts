import { type StatementKind, statementKind } from '#core/sql/facts/kind';
import { type Node, unwrap } from '#core/sql/tree/node';
import { type Alone, aloneStatement } from './alone';
import { findDeceptive, findUnencodable } from './characters';
import { cutStatements, type Statement } from './cut';
import { parseSql, type SyntaxProblem } from './parser';
import { onlyReads, refusedStatement } from './rules';

/** What the executor makes of an approved text before anything runs. */
export type Script =
  | {
      readonly kind: 'statements';
      readonly statements: readonly Statement[];
      readonly onlyReads: boolean;
      /** It alters structure and changes no rows, as far as the text shows: nothing is lost by doing all of it again later. */
      readonly structural: boolean;
      /** Set when it must run outside a transaction: then it is the only statement. */
      readonly alone: Alone | null;
    }
  /** PostgreSQL's grammar refuses it: the execution fails with 42601. */
  | { readonly kind: 'syntax-error'; readonly problem: SyntaxProblem }
  /** It parses, but holds something that may not run here. */
  | { readonly kind: 'not-allowed'; readonly message: string };

function kindOf(node: Node): StatementKind {
  const [type, fields] = unwrap(node);
  return statementKind({ type, fields, node });
}

/** DDL, with what may stand around it. A DO block may change rows, so it may not. */
function isStructural(kinds: readonly StatementKind[]): boolean {
  return (
    kinds.some((kind) => kind === 'ddl' || kind === 'maintenance') &&
    !kinds.some((kind) => kind === 'write' || kind === 'opaque')
  );
}

/** Cuts a text into statements and checks each against the rules. */
export async function readScript(text: string): Promise<Script> {
  const unencodable = findUnencodable(text);
  if (unencodable) {
    return { kind: 'not-allowed', message: `${unencodable.message} (character ${unencodable.position})` };
  }
  const parsed = await parseSql(text);
  if (!parsed.ok) return { kind: 'syntax-error', problem: parsed.error };
  if (parsed.value.length === 0) return { kind: 'not-allowed', message: 'the text holds no statement' };
  const hidden = findDeceptive(text);
  if (hidden) return { kind: 'not-allowed', message: `${hidden.message} (character ${hidden.position})` };
  const statements = cutStatements(text, parsed.value);
  for (const statement of statements) {
    const refused = await refusedStatement(statement.node, statements.length === 1);
    if (refused !== null) {
      return {
        kind: 'not-allowed',
        message: `statement ${statement.index + 1}: ${refused} is not allowed in a change`,
      };
    }
  }
  const [first] = statements;
  const alone = first ? aloneStatement(first.node) : null;
  return {
    kind: 'statements',
    statements,
    structural: isStructural(statements.map(({ node }) => kindOf(node))),
    onlyReads: statements.every(({ node }) => onlyReads(node)),
    alone: alone && 'alone' in alone ? alone.alone : null,
  };
}
