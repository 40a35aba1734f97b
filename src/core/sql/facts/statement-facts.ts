import { calledName, type QualifiedName } from '../tree/names';
import { find, locationOf } from '../tree/node';
import type { Script, Statement } from '../tree/script';
import { statementKind, type StatementKind } from './kind';
import { relationUses, type RelationUse } from './relations';

/** A function that a statement calls by name. */
interface FunctionCall extends QualifiedName {
  readonly location: number | null;
}

/** One statement and what is known of it from its text alone. */
export interface StatementFacts extends Statement {
  readonly kind: StatementKind;
  /** Relations whose rows are read or changed, in the order of the text; the same one may be named twice. */
  readonly relations: readonly RelationUse[];
  readonly calls: readonly FunctionCall[];
}

/** All statements of a script with their facts. */
export interface ScriptFacts extends Script {
  readonly statements: readonly StatementFacts[];
}

/** The facts of every statement. */
export function scriptFacts(script: Script): ScriptFacts {
  return { ...script, statements: script.statements.map(statementFacts) };
}

function statementFacts(statement: Statement): StatementFacts {
  return {
    ...statement,
    kind: statementKind(statement),
    relations: relationUses(statement.node),
    calls: Array.from(find(statement.node, 'FuncCall'), (call) => ({
      ...calledName(call),
      location: locationOf(call),
    })),
  };
}
