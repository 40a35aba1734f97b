import { type Effects, predictEffects } from '../effects/predict';
import { type LockPrediction, predictLocks } from '../locks/predict';
import { calledName, type QualifiedName } from '../tree/names';
import { find, locationOf } from '../tree/node';
import type { Script, Statement } from '../tree/script';
import { createdBefore } from '../tree/tables';
import { type ColumnUse, columnUses } from './columns';
import { statementKind, type StatementKind } from './kind';
import { type ObjectUse, objectUses } from './objects';
import { relationUses, type RelationUse } from './relations';
import { reversible, type Reversible } from './reversible';
import type { SchemaSnapshot } from './schema-snapshot';
import { nonTransactional } from './transactional';

/** A function that a statement calls by name. */
interface FunctionCall extends QualifiedName {
  readonly location: number | null;
}

/** One statement and what is known of it from its text, and from a snapshot where there is one. */
export interface StatementFacts extends Statement, LockPrediction, Effects {
  readonly kind: StatementKind;
  /** Relations whose rows are read or changed, in the order of the text; the same one may be named twice. */
  readonly relations: readonly RelationUse[];
  readonly calls: readonly FunctionCall[];
  /** What it is about, reads and writes, each once, also behind views. */
  readonly objects: readonly ObjectUse[];
  /** Columns of the snapshot's tables. */
  readonly columns: readonly ColumnUse[];
  /** Numbers of the parameters ($1), in order; a change may not have any. */
  readonly parameters: readonly number[];
  /** Name of what cannot run in a transaction; null: it can. */
  readonly nonTransactional: string | null;
  readonly reversible: Reversible;
}

/** All statements of a script with their facts. */
export interface ScriptFacts extends Script {
  readonly statements: readonly StatementFacts[];
}

/** The facts of every statement, sharper with a snapshot. */
export function scriptFacts(script: Script, schema: SchemaSnapshot | null = null): ScriptFacts {
  const { statements } = script;
  return { ...script, statements: statements.map((one) => statementFacts(one, statements, schema)) };
}

function statementFacts(
  statement: Statement,
  all: readonly Statement[],
  schema: SchemaSnapshot | null,
): StatementFacts {
  const kind = statementKind(statement);
  const relations = relationUses(statement.node);
  const { locks, unseen } = predictLocks(statement, schema, relations);
  const { rewrites, scans } = predictEffects(statement, schema);
  // What the script itself has made nobody else uses, and it is as good as empty.
  const keep = <T extends QualifiedName>(list: readonly T[]): readonly T[] =>
    list.filter((name) => !createdBefore(all, statement.index, name));
  return {
    ...statement,
    kind,
    relations,
    calls: Array.from(find(statement.node, 'FuncCall'), (call) => ({
      ...calledName(call),
      location: locationOf(call),
    })),
    objects: objectUses(statement, relations, schema),
    columns: columnUses(statement.node, schema),
    parameters: Array.from(find(statement.node, 'ParamRef'), (parameter) =>
      Number(parameter['number'] ?? 0),
    ).toSorted((one, other) => one - other),
    locks: keep(locks),
    unseen,
    rewrites: keep(rewrites),
    scans: keep(scans),
    nonTransactional: nonTransactional(statement),
    reversible: reversible(statement, kind),
  };
}
