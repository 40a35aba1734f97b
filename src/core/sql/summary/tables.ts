import { nameText, rangeName, typeModifiers, typeText } from '../tree/names';
import { as, isNode, items, itemsOf, type Node, strings, textOf } from '../tree/node';
import type { Statement } from '../tree/script';
import { conditionText, valueText } from './expression';
import { counted, listed, namesOf } from './words';

/** A type as people write it: `varchar(40)`, `bigint`, `text[]`. */
export function typeWords(typeName: unknown): string {
  const spelled: Readonly<Record<string, string>> = {
    int8: 'bigint',
    int4: 'integer',
    int2: 'smallint',
    bool: 'boolean',
    bpchar: 'char',
    float8: 'double precision',
    float4: 'real',
  };
  const base = typeText(typeName);
  const modifiers = typeModifiers(typeName);
  const fields = isNode(typeName) ? (as(typeName, 'TypeName') ?? typeName) : {};
  const array = items(fields['arrayBounds']).length > 0 ? '[]' : '';
  return `${spelled[base] ?? base}${modifiers.length > 0 ? `(${modifiers.join(', ')})` : ''}${array}`;
}

/** A constraint in words, for a table or a column. */
function constraintWords(statement: Statement, constraint: Node): string {
  const keys = strings(constraint['keys']);
  const named = typeof constraint['conname'] === 'string' ? ` ${constraint['conname']}` : '';
  const on = keys.length > 0 ? ` on ${listed(keys)}` : '';
  switch (constraint['contype']) {
    case 'CONSTR_NOTNULL':
      return 'not NULL';
    case 'CONSTR_NULL':
      return 'may be NULL';
    case 'CONSTR_DEFAULT':
      return isNode(constraint['raw_expr'])
        ? `default ${valueText(statement, constraint['raw_expr'])}`
        : 'a default';
    case 'CONSTR_IDENTITY':
      return 'numbered by itself';
    case 'CONSTR_GENERATED':
      return 'computed from other columns';
    case 'CONSTR_CHECK':
      return isNode(constraint['raw_expr'])
        ? `the condition${named} that ${conditionText(statement, constraint['raw_expr'])}`
        : `the condition${named}`;
    case 'CONSTR_PRIMARY':
      return constraint['indexname'] === undefined
        ? `the primary key${on}`
        : `the primary key by the index ${textOf(constraint, 'indexname')}`;
    case 'CONSTR_UNIQUE':
      return constraint['indexname'] === undefined
        ? `the rule${named} that ${keys.length > 0 ? listed(keys) : 'it'} is unique`
        : `the rule${named} of the unique index ${textOf(constraint, 'indexname')}`;
    case 'CONSTR_EXCLUSION':
      return `the exclusion constraint${named}`;
    case 'CONSTR_FOREIGN': {
      const table = isNode(constraint['pktable'])
        ? nameText(rangeName(constraint['pktable']))
        : 'another table';
      const own = strings(constraint['fk_attrs']);
      const acts: Readonly<Record<string, string>> = {
        c: '; deleting there deletes here too',
        n: '; deleting there empties the column here',
        d: '; deleting there puts the default here',
      };
      return `the foreign key${named}${own.length > 0 ? ` from ${listed(own)}` : ''} to ${table}${acts[textOf(constraint, 'fk_del_action')] ?? ''}`;
    }
    default:
      return 'a constraint';
  }
}

function columnWords(statement: Statement, column: Node): string {
  const constraints = itemsOf(column['constraints'], 'Constraint').map((one) => {
    if (one['contype'] === 'CONSTR_PRIMARY') return 'primary key';
    if (one['contype'] === 'CONSTR_UNIQUE') return 'unique';
    return constraintWords(statement, one);
  });
  return [`${textOf(column, 'colname')} ${typeWords(column['typeName'])}`, ...constraints].join(', ');
}

export function createTable(statement: Statement, fields: Node): string {
  const name = isNode(fields['relation']) ? rangeName(fields['relation']) : { schema: null, name: '' };
  const kinds: Readonly<Record<string, string>> = { t: 'temporary ', u: 'unlogged ' };
  const persistence = isNode(fields['relation']) ? textOf(fields['relation'], 'relpersistence') : '';
  const columns = itemsOf(fields['tableElts'], 'ColumnDef');
  const parents = itemsOf(fields['inhRelations'], 'RangeVar').map((range) => nameText(rangeName(range)));
  const likes = itemsOf(fields['tableElts'], 'TableLikeClause').flatMap((like) =>
    isNode(like['relation']) ? [nameText(rangeName(like['relation']))] : [],
  );
  const parts = [`makes the ${kinds[persistence] ?? ''}table ${nameText(name)}`];
  if (fields['partbound'] !== undefined) parts.push(`as a partition of ${listed(parents)}`);
  else if (parents.length > 0) parts.push(`that inherits from ${listed(parents)}`);
  if (columns.length > 0) {
    const shown = columns.map((column) => `${textOf(column, 'colname')} ${typeWords(column['typeName'])}`);
    parts.push(`with ${counted(columns.length, 'column')} (${namesOf(shown)})`);
  }
  if (likes.length > 0) parts.push(`with the columns of ${listed(likes)}`);
  const keys = [
    ...itemsOf(fields['tableElts'], 'Constraint'),
    ...columns.flatMap((column) => itemsOf(column['constraints'], 'Constraint')),
  ].filter(({ contype }) => contype === 'CONSTR_FOREIGN');
  const referred = keys.flatMap((key) =>
    isNode(key['pktable']) ? [nameText(rangeName(key['pktable']))] : [],
  );
  if (referred.length > 0) parts.push(`that refers to ${listed([...new Set(referred)])}`);
  if (isNode(fields['partspec'])) parts.push('in partitions');
  return `${parts.join(' ')}${fields['if_not_exists'] === true ? ', unless it is there' : ''}`;
}

function partitionName(definition: Node): string {
  return isNode(definition['name']) ? nameText(rangeName(definition['name'])) : 'a partition';
}

/** A role as a text names it. */
export function roleName(role: unknown): string {
  if (!isNode(role)) return 'another role';
  if (role['roletype'] === 'ROLESPEC_PUBLIC') return 'everybody (PUBLIC)';
  return textOf(role, 'rolename') || 'the current role';
}

const triggers: Readonly<Record<string, string>> = { Enable: 'switches on', Disable: 'switches off' };

/** One action of ALTER TABLE, without the table's name. */
export function alterAction(statement: Statement, command: Node): string {
  const inner = isNode(command['def']) ? Object.values(command['def'])[0] : undefined;
  const definition: Node = isNode(inner) ? inner : {};
  const type = textOf(command, 'subtype').replace(/^AT_/, '');
  const name = textOf(command, 'name');
  const rest = command['behavior'] === 'DROP_CASCADE' ? ' and everything that depends on it' : '';
  switch (type) {
    case 'AddColumn':
      return `adds the column ${columnWords(statement, definition)}`;
    case 'DropColumn':
      return `drops the column ${name} with its values${rest}`;
    case 'AlterColumnType':
      return `changes the type of ${name} to ${typeWords(definition['typeName'])}`;
    case 'ColumnDefault':
      return isNode(command['def'])
        ? `sets the default of ${name} to ${valueText(statement, command['def'], name)}`
        : `takes the default off ${name}`;
    case 'SetNotNull':
      return `forbids NULL in ${name}`;
    case 'DropNotNull':
      return `allows NULL in ${name}`;
    case 'AddConstraint':
      return `adds ${constraintWords(statement, definition)}${definition['skip_validation'] === true ? ', without checking the rows that are there' : ''}`;
    case 'DropConstraint':
      return `drops the constraint ${name}${rest}`;
    case 'ValidateConstraint':
      return `checks the rows that are there against ${name}`;
    case 'AlterConstraint':
      return `changes when the constraint ${textOf(definition, 'conname')} is checked`;
    case 'ChangeOwner': {
      return `gives it to ${roleName(command['newowner'])}`;
    }
    case 'EnableRowSecurity':
      return 'switches row security on: what has no policy nobody sees';
    case 'DisableRowSecurity':
      return 'switches row security off: everybody with rights sees every row';
    case 'ForceRowSecurity':
      return 'applies row security to the owner too';
    case 'NoForceRowSecurity':
      return 'frees the owner from row security';
    case 'SetLogged':
      return 'makes it survive a crash (logged)';
    case 'SetUnLogged':
      return 'makes it lose its rows in a crash (unlogged)';
    case 'SetTableSpace':
      return `moves it to the tablespace ${name}`;
    case 'SetRelOptions':
    case 'ResetRelOptions': {
      const options = itemsOf(as(command['def'], 'List')?.['items'], 'DefElem');
      return `${type === 'SetRelOptions' ? 'sets' : 'resets'} the storage options ${listed(options.map((one) => textOf(one, 'defname')))}`;
    }
    case 'AttachPartition':
      return `takes in ${partitionName(definition)} as a partition`;
    case 'DetachPartition': {
      const slowly =
        definition['concurrent'] === true ? ' in two transactions; a CHECK of its bounds stays on it' : '';
      return `lets go of the partition ${partitionName(definition)}${slowly}`;
    }
    case 'DetachPartitionFinalize':
      return `ends letting go of the partition ${partitionName(definition)}, which DETACH CONCURRENTLY began`;
    case 'AddInherit':
      return 'makes it inherit from another table';
    case 'DropInherit':
      return 'ends its inheritance';
    case 'SetStatistics':
      return `sets how much of ${name} ANALYZE looks at`;
    case 'SetStorage':
    case 'SetCompression':
    case 'SetOptions':
      return `changes how ${name} is stored or estimated`;
    case 'AddIdentity':
      return `numbers ${name} by itself`;
    case 'DropIdentity':
      return `stops numbering ${name} by itself`;
    case 'ReplicaIdentity':
      return 'sets which columns tell its rows apart in replication';
    default: {
      const trigger = /^(Enable|Disable)(?:Always|Replica)?(Trig|Rule)(All|User)?$/.exec(type);
      if (trigger) {
        const what = trigger[3]
          ? 'all triggers'
          : `the ${trigger[2] === 'Trig' ? 'trigger' : 'rule'} ${name}`;
        return `${triggers[trigger[1] ?? ''] ?? 'changes'} ${what}`;
      }
      const words = type.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
      return `does “${words}”${name ? ` to ${name}` : ''}`;
    }
  }
}
