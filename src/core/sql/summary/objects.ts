import { lockModes } from '../locks/modes';
import { nameText, rangeName, typeText } from '../tree/names';
import { as, isNode, items, itemsOf, type Node, stringOf, strings, textOf } from '../tree/node';
import type { Statement } from '../tree/script';
import { hasOption } from '../tree/tables';
import { type Target, targets } from '../tree/targets';
import { conditionText } from './expression';
import { hiddenValue, namesSecret } from './secrets';
import { alterAction, createTable, roleName, typeWords } from './tables';
import { counted, listed, namesOf, oneLine, shortened } from './words';

/** `the table shop.orders`; of what belongs to a table: `the trigger stamp on orders`. */
const article = ({ what, ...name }: Target): string =>
  ofTables.has(what) && name.schema !== null
    ? `the ${what} ${name.name} on ${name.schema}`
    : `the ${what} ${nameText(name)}`.trim();
const ofTables = new Set(['trigger', 'policy', 'rule']);
const range = (value: unknown): string => (isNode(value) ? nameText(rangeName(value)) : '');
const quoted = (text: string): string => `'${shortened(oneLine(text), 60)}'`;
const cascade = (fields: Node): string =>
  fields['behavior'] === 'DROP_CASCADE' ? ', and everything that depends on it' : '';
const unlessThere = (fields: Node): string =>
  fields['if_not_exists'] === true ? ', unless it is there' : '';

function roleNames(list: unknown): string {
  return listed(itemsOf(list, 'RoleSpec').map(roleName));
}

function optionsOf(list: unknown): ReadonlyMap<string, Node> {
  return new Map(itemsOf(list, 'DefElem').map((option) => [textOf(option, 'defname'), option]));
}

/** Words for each type of statement that is not about rows. Each is a predicate: “drops the table t”. */
type Writer = (statement: Statement, fields: Node) => string;

const make: Writer = (statement, fields) =>
  `makes ${listed(targets(statement).map(article))}${unlessThere(fields)}`;
const change: Writer = (statement) => `changes ${listed(targets(statement).map(article))}`;

const writers: Readonly<Record<string, Writer>> = {
  TruncateStmt: (_statement, fields) => {
    const names = itemsOf(fields['relations'], 'RangeVar').map((one) => nameText(rangeName(one)));
    const more = fields['behavior'] === 'DROP_CASCADE' ? ' and every table that refers to it' : '';
    const again = fields['restart_seqs'] === true ? '; their numbers begin again' : '';
    return `empties ${listed(names)}${more}${again}`;
  },
  CreateStmt: createTable,
  CreateForeignTableStmt: make,
  CreateTableAsStmt: (statement) =>
    `makes ${listed(targets(statement).map(article))} from what a query gives`,
  AlterTableStmt: (statement, fields) => {
    const does = itemsOf(fields['cmds'], 'AlterTableCmd').map((command) => alterAction(statement, command));
    return `in ${listed(targets(statement).map(article))}: ${does.join('; ')}`;
  },
  DropStmt: (statement, fields) => {
    const names = targets(statement).map(article);
    const rows = /TABLE|SCHEMA/.test(textOf(fields, 'removeType')) ? ', with the rows' : '';
    const there = names.length > 1 ? ', those that are there' : ', if it is there';
    const soft = fields['missing_ok'] === true ? there : '';
    const slowly = fields['concurrent'] === true ? ', while others go on' : '';
    return `drops ${listed(names)}${rows}${cascade(fields)}${soft}${slowly}`;
  },
  RenameStmt: (statement, fields) => {
    const [target] = targets(statement);
    const inner = textOf(fields, 'subname');
    const kind = fields['renameType'];
    const whole = target ? article(target) : 'an object';
    const inside =
      kind === 'OBJECT_COLUMN' || kind === 'OBJECT_ATTRIBUTE' ? `the column ${inner} of ${whole}` : '';
    const part = kind === 'OBJECT_TABCONSTRAINT' ? `the constraint ${inner} of ${whole}` : inside;
    return `renames ${part || whole} to ${textOf(fields, 'newname')}`;
  },
  AlterObjectSchemaStmt: (statement, fields) =>
    `moves ${listed(targets(statement).map(article))} to the schema ${textOf(fields, 'newschema')}`,
  AlterOwnerStmt: (statement, fields) =>
    `gives ${listed(targets(statement).map(article))} to ${roleName(fields['newowner'])}`,
  IndexStmt: (_statement, fields) => {
    const columns = itemsOf(fields['indexParams'], 'IndexElem').map(
      (one) => textOf(one, 'name') || 'an expression',
    );
    const name = textOf(fields, 'idxname');
    const kind = fields['unique'] === true ? 'unique index' : 'index';
    const part = isNode(fields['whereClause']) ? ', for a part of the rows' : '';
    const how = fields['concurrent'] === true ? ', while others go on writing' : '';
    return `builds the ${kind} ${name ? `${name} ` : ''}on ${range(fields['relation'])} (${namesOf(columns)})${part}${how}${unlessThere(fields)}`;
  },
  ReindexStmt: (_statement, fields) => {
    const what = textOf(fields, 'kind').replace('REINDEX_OBJECT_', '').toLowerCase();
    const how = hasOption(fields['params'], 'concurrently') ? ', while others go on' : '';
    return `builds the indexes of the ${what} ${range(fields['relation']) || textOf(fields, 'name')} anew${how}`;
  },
  ViewStmt: (statement, fields) =>
    `${fields['replace'] === true ? 'makes or replaces' : 'makes'} ${listed(targets(statement).map(article))}`,
  RefreshMatViewStmt: (statement, fields) =>
    fields['skipData'] === true
      ? `empties ${listed(targets(statement).map(article))}`
      : `fills ${listed(targets(statement).map(article))} anew from its query${fields['concurrent'] === true ? ', while others go on reading' : ''}`,
  CreateSeqStmt: make,
  AlterSeqStmt: (statement, fields) => {
    const names = [...optionsOf(fields['options']).keys()].map((name) => name.replaceAll('_', ' '));
    return `changes ${listed(targets(statement).map(article))} (${namesOf(names)})`;
  },
  CreateSchemaStmt: make,
  CreateExtensionStmt: (_statement, fields) =>
    `installs the extension ${textOf(fields, 'extname')}, with the code that it brings${unlessThere(fields)}`,
  CreateEnumStmt: (statement, fields) =>
    `makes ${listed(targets(statement).map(article))} with the values ${listed(strings(fields['vals']).map(quoted))}`,
  AlterEnumStmt: (statement, fields) => {
    const name = listed(targets(statement).map(article));
    const old = textOf(fields, 'oldVal');
    if (old) return `renames the value ${quoted(old)} of ${name} to ${quoted(textOf(fields, 'newVal'))}`;
    return `adds the value ${quoted(textOf(fields, 'newVal'))} to ${name}`;
  },
  CompositeTypeStmt: make,
  CreateRangeStmt: make,
  CreateDomainStmt: (statement, fields) =>
    `makes ${listed(targets(statement).map(article))} on ${typeWords(fields['typeName'])}`,
  AlterDomainStmt: change,
  AlterTypeStmt: change,
  CreateFunctionStmt: functionSummary,
  AlterFunctionStmt: change,
  DoStmt: (_statement, fields) => {
    const options = optionsOf(fields['args']);
    const language = stringOf(options.get('language')?.['arg']) ?? 'plpgsql';
    const lines = (stringOf(options.get('as')?.['arg']) ?? '').trim().split('\n').length;
    return `runs ${counted(lines, 'line')} of ${language} code; only reading the code tells what it does`;
  },
  CallStmt: (_statement, fields) =>
    `calls the procedure ${nameText(listFrom(isNode(fields['funccall']) ? fields['funccall']['funcname'] : []))}; only its code tells what it does`,
  CreateTrigStmt: (_statement, fields) => {
    const when =
      (Number(fields['timing'] ?? 0) & 2) !== 0
        ? 'before'
        : (Number(fields['timing'] ?? 0) & 64) !== 0
          ? 'instead of'
          : 'after';
    const bits = Number(fields['events'] ?? 0);
    const events = [
      [4, 'an insert'],
      [16, 'an update'],
      [8, 'a delete'],
      [32, 'a truncate'],
    ].flatMap(([bit, word]) => ((bits & Number(bit)) !== 0 ? [String(word)] : []));
    return `runs ${strings(fields['funcname']).join('.')}() ${when} ${listed(events).replace(' and ', ' or ')} on ${range(fields['relation'])} (trigger ${textOf(fields, 'trigname')})`;
  },
  RuleStmt: (_statement, fields) =>
    `makes the rule ${textOf(fields, 'rulename')} on ${range(fields['relation'])}, which rewrites other people’s statements`,
  CreatePolicyStmt: policy('lets'),
  AlterPolicyStmt: policy('changes the policy so that it lets'),
  CreateStatsStmt: (statement, fields) =>
    `${make(statement, fields)} on ${listed(itemsOf(fields['relations'], 'RangeVar').map((one) => nameText(rangeName(one))))}, for the planner`,
  GrantStmt: grant,
  GrantRoleStmt: (_statement, fields) => {
    const roles = listed(
      itemsOf(fields['granted_roles'], 'AccessPriv').map((one) => textOf(one, 'priv_name')),
    );
    const who = roleNames(fields['grantee_roles']);
    return fields['is_grant'] === true
      ? `makes ${who} a member of ${roles}`
      : `takes the membership in ${roles} from ${who}`;
  },
  AlterDefaultPrivilegesStmt: (_statement, fields) =>
    `changes the rights that future objects get (${grant(_statement, isNode(fields['action']) ? fields['action'] : {})})`,
  CreateRoleStmt: roleSummary,
  AlterRoleStmt: roleSummary,
  AlterRoleSetStmt: (statement, fields) =>
    `changes the setting ${isNode(fields['setstmt']) ? textOf(fields['setstmt'], 'name') : ''} of ${listed(targets(statement).map(article))}`,
  DropRoleStmt: (statement) => `drops ${listed(targets(statement).map(article))}`,
  DropOwnedStmt: (_statement, fields) =>
    `drops everything that ${roleNames(fields['roles'])} owns in this database, and takes the rights`,
  ReassignOwnedStmt: (_statement, fields) =>
    `gives everything that ${roleNames(fields['roles'])} owns to ${roleName(fields['newrole'])}`,
  CommentStmt: (statement, fields) => {
    const { what, ...name } = targets(statement)[0] ?? { what: 'object', schema: null, name: '' };
    const parts = as(fields['object'], 'List')
      ? strings(as(fields['object'], 'List')?.['items']).join('.')
      : nameText(name);
    const comment = textOf(fields, 'comment');
    return comment
      ? `writes the comment ${quoted(comment)} on the ${what} ${parts}`
      : `takes the comment off the ${what} ${parts}`;
  },
  SecLabelStmt: change,
  LockStmt: (_statement, fields) =>
    `locks ${listed(itemsOf(fields['relations'], 'RangeVar').map((one) => nameText(rangeName(one))))} in ${lockModes[Number(fields['mode']) - 1] ?? 'a'} mode until the end`,
  VacuumStmt: (_statement, fields) => {
    const names = itemsOf(fields['rels'], 'VacuumRelation').map((one) => range(one['relation']));
    const which = names.length > 0 ? listed(names) : 'every table of the database';
    if (fields['is_vacuumcmd'] !== true)
      return `counts the values of ${which} anew for the planner (ANALYZE)`;
    if (hasOption(fields['options'], 'full')) return `copies ${which} to give space back (VACUUM FULL)`;
    return `cleans ${which} of dead rows (VACUUM)`;
  },
  ClusterStmt: (_statement, fields) =>
    `sorts ${range(fields['relation']) || 'every table that was clustered before'} anew by an index (CLUSTER)`,
  CheckPointStmt: () => 'writes everything to disk (CHECKPOINT)',
  VariableSetStmt: (_statement, fields) => {
    const name = textOf(fields, 'name');
    const values = items(fields['args']).map((arg) => stringOf(arg) ?? '…');
    const value = namesSecret(name) ? hiddenValue : listed(values);
    if (!/^VAR_SET_(?:VALUE|MULTI)$/.test(textOf(fields, 'kind')))
      return `puts the setting ${name || 'of everything'} back`;
    return `sets ${name}${value && value !== '…' ? ` to ${shortened(value, 60)}` : ''} for ${fields['is_local'] === true ? 'this transaction' : 'the session'}`;
  },
  VariableShowStmt: (_statement, fields) => `shows the setting ${textOf(fields, 'name')}`,
  TransactionStmt: (_statement, fields) =>
    `controls the transaction (${textOf(fields, 'kind').replace('TRANS_STMT_', '').replaceAll('_', ' ')})`,
  ConstraintsSetStmt: (_statement, fields) =>
    `checks constraints ${fields['deferred'] === true ? 'at the end of the transaction' : 'at once'}`,
  NotifyStmt: (_statement, fields) => `sends a notification on ${textOf(fields, 'conditionname')}`,
  CreatedbStmt: make,
  DropdbStmt: (statement) => `drops ${listed(targets(statement).map(article))} with all that is in it`,
  AlterSystemStmt: (_statement, fields) =>
    `changes the setting ${isNode(fields['setstmt']) ? textOf(fields['setstmt'], 'name') : ''} of the whole server`,
  CreatePublicationStmt: make,
  AlterPublicationStmt: change,
  CreateSubscriptionStmt: make,
  AlterSubscriptionStmt: change,
  DropSubscriptionStmt: (statement) => `drops ${listed(targets(statement).map(article))}`,
  CreateForeignServerStmt: make,
  AlterForeignServerStmt: change,
  CreateUserMappingStmt: (_statement, fields) =>
    `sets how a role logs in to the server ${textOf(fields, 'servername')}; the password is not shown`,
  AlterUserMappingStmt: (_statement, fields) =>
    `changes how a role logs in to the server ${textOf(fields, 'servername')}; the password is not shown`,
  CreateEventTrigStmt: make,
  DeclareCursorStmt: (_statement, fields) => `opens the cursor ${textOf(fields, 'portalname')}`,
  PrepareStmt: (_statement, fields) => `prepares the statement ${textOf(fields, 'name')}`,
};

/** Words for a statement that is not about rows; null: its type has none. */
export function objectSummary(statement: Statement): string | null {
  return writers[statement.type]?.(statement, statement.fields) ?? null;
}

const listFrom = (list: unknown): { schema: string | null; name: string } => {
  const parts = strings(list);
  return { schema: parts.at(-2) ?? null, name: parts.at(-1) ?? '' };
};

function functionSummary(statement: Statement, fields: Node): string {
  const options = optionsOf(fields['options']);
  const language = stringOf(options.get('language')?.['arg']);
  const parts = [
    `${fields['replace'] === true ? 'makes or replaces' : 'makes'} ${listed(targets(statement).map(article))}`,
  ];
  const count = itemsOf(fields['parameters'], 'FunctionParameter').filter(
    ({ mode }) => mode !== 'FUNC_PARAM_TABLE',
  ).length;
  if (count > 0) parts.push(`with ${counted(count, 'parameter')}`);
  if (isNode(fields['returnType'])) parts.push(`that returns ${typeText(fields['returnType'])}`);
  if (language) parts.push(`in ${language}`);
  const definer = options.get('security')?.['arg'];
  const asOwner = isNode(definer) && isNode(definer['Boolean']) && definer['Boolean']['boolval'] === true;
  return `${parts.join(' ')}${asOwner ? ', which runs with the rights of its owner' : ''}`;
}

function policy(verb: string): Writer {
  return (statement, fields) => {
    const commands: Readonly<Record<string, string>> = {
      select: 'see',
      insert: 'add',
      update: 'change',
      delete: 'delete',
    };
    const may = commands[textOf(fields, 'cmd_name')] ?? 'use';
    const condition = isNode(fields['qual']) ? fields['qual'] : fields['with_check'];
    const where = isNode(condition) ? ` where ${conditionText(statement, condition)}` : '';
    const who = roleNames(fields['roles']) || 'its roles';
    const only = fields['permissive'] === true || verb !== 'lets' ? '' : ' only';
    return `${verb} ${who}${only} ${may} rows of ${range(fields['table'])}${where} (policy ${textOf(fields, 'policy_name')})`;
  };
}

function grant(statement: Statement, fields: Node): string {
  const rights = itemsOf(fields['privileges'], 'AccessPriv').map((one) =>
    textOf(one, 'priv_name').toUpperCase(),
  );
  const what = rights.length > 0 ? listed(rights, 8) : 'every right';
  const kinds = `${textOf(fields, 'objtype').replace('OBJECT_', '').toLowerCase()}s`;
  const on =
    fields['targtype'] === 'ACL_TARGET_ALL_IN_SCHEMA'
      ? `all ${kinds} of the schema ${listed(strings(fields['objects']))}`
      : fields['targtype'] === 'ACL_TARGET_DEFAULTS'
        ? kinds
        : listed(targets(statement).map(article));
  const who = roleNames(fields['grantees']);
  if (fields['is_grant'] !== true) return `takes ${what} on ${on} from ${who}`;
  return `gives ${who} ${what} on ${on}${fields['grant_option'] === true ? ', and leave to pass it on' : ''}`;
}

function roleSummary(statement: Statement, fields: Node): string {
  const options = itemsOf(fields['options'], 'DefElem').map((option) => {
    const name = textOf(option, 'defname');
    if (name === 'password') return 'password not shown';
    const { arg } = option;
    const flag = isNode(arg) && isNode(arg['Boolean']) ? arg['Boolean']['boolval'] === true : undefined;
    return `${flag === false ? 'no ' : ''}${name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').toLowerCase()}`;
  });
  const verb = statement.type === 'CreateRoleStmt' ? 'makes' : 'changes';
  return `${verb} ${listed(targets(statement).map(article))}${options.length > 0 ? ` (${namesOf(options)})` : ''}`;
}
