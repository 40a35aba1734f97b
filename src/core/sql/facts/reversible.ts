import { type Node, textOf } from '../tree/node';
import type { Statement } from '../tree/script';
import { alterActions } from '../tree/tables';
import type { StatementKind } from './kind';

/** How what a statement did can be undone. */
export interface Reversible {
  /**
   * `nothing`: it changes nothing that stays. `rows`: by the rows as they were, when they are kept. `statement`: by
   * another statement, without loss. `lost`: what it takes away is gone. `unknown`: its text does not show what it does.
   */
  readonly how: 'nothing' | 'rows' | 'statement' | 'lost' | 'unknown';
  readonly why: string;
}

const to = (how: Reversible['how'], why: string): Reversible => ({ how, why });

/** DROP of these takes rows or values with it. */
const holdsRows = new Set(['OBJECT_TABLE', 'OBJECT_FOREIGN_TABLE', 'OBJECT_SCHEMA', 'OBJECT_COLUMN']);

const alterLosses: Readonly<Record<string, string>> = {
  AT_DropColumn: 'the values of a dropped column are gone',
  AT_AlterColumnType: 'the old values may not come back from the new type',
  AT_DropExpression: 'the expression is gone, the values stay',
};

const byKind: Readonly<Record<StatementKind, Reversible>> = {
  read: to('nothing', 'it only reads'),
  session: to('nothing', 'it changes the session, not the database'),
  transaction: to('nothing', 'it changes the session, not the database'),
  maintenance: to('nothing', 'it changes how rows are stored, not what they say'),
  write: to('rows', 'the rows as they were can be kept and put back'),
  opaque: to('unknown', 'the text does not show what the code does'),
  privilege: to('statement', 'the rights before it can be given back, when they are known'),
  ddl: to('statement', 'by DROP or another ALTER'),
};

function ofDrop(fields: Node): Reversible {
  const removed = textOf(fields, 'removeType');
  if (holdsRows.has(removed)) return to('lost', 'the rows of what is dropped are gone');
  if (removed === 'OBJECT_SEQUENCE') return to('lost', 'the number that the sequence had reached is gone');
  if (fields['behavior'] === 'DROP_CASCADE') return to('lost', 'CASCADE drops what the text does not name');
  return to('statement', 'it can be made again from its definition, which must be kept');
}

function ofAlterTable(statement: Pick<Statement, 'type' | 'fields'>): Reversible {
  const loss = alterActions(statement)
    .map((action) => alterLosses[action.type])
    .find((why) => why !== undefined);
  return loss === undefined ? to('statement', 'another ALTER TABLE puts it back') : to('lost', loss);
}

/** Tells how a statement can be undone, from its tree. A transaction that is rolled back undoes anything else. */
export function reversible(statement: Pick<Statement, 'type' | 'fields'>, kind: StatementKind): Reversible {
  const { type, fields } = statement;
  switch (type) {
    case 'TruncateStmt':
      return to('lost', 'TRUNCATE keeps no rows');
    case 'DropStmt':
      return ofDrop(fields);
    case 'AlterTableStmt':
      return ofAlterTable(statement);
    case 'AlterEnumStmt':
      return typeof fields['oldVal'] === 'string'
        ? to('statement', 'the value can be renamed back')
        : to('lost', 'a value cannot be taken out of an enum type');
    case 'DropdbStmt':
    case 'DropOwnedStmt':
    case 'DropTableSpaceStmt':
      return to('lost', 'what is dropped is gone');
    case 'DropRoleStmt':
      return to('statement', 'the role can be made again, with its password and rights by hand');
    case 'CreateFunctionStmt':
    case 'ViewStmt':
      return fields['replace'] === true
        ? to('statement', 'by the definition before it, which must be kept')
        : to('statement', 'by DROP');
    default:
      return byKind[kind];
  }
}
