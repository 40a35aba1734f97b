import { cutStatements, type Statement } from './cut';
import { isNode, stringOf, unwrap, walk } from '#core/sql/tree/node';
import { type Node, parseSql, scanSql } from './parser';

/** A secret in a text: what holds it, by name, and where (code points from 1). Never the secret. */
export interface Secret {
  readonly what: string;
  readonly position: number;
}

/** Somewhere in a statement; the place is a UTF-8 byte offset in the whole text, null when the tree has none. */
interface Found {
  readonly what: string;
  readonly at: number | null;
}

const namesOfRoles: Readonly<Record<string, string>> = {
  CreateRoleStmt: 'CREATE ROLE … PASSWORD',
  AlterRoleStmt: 'ALTER ROLE … PASSWORD',
};
const namesOfOptions: Readonly<Record<string, string>> = {
  CreateUserMappingStmt: 'CREATE USER MAPPING',
  AlterUserMappingStmt: 'ALTER USER MAPPING',
  CreateForeignServerStmt: 'CREATE SERVER',
  AlterForeignServerStmt: 'ALTER SERVER',
  CreateFdwStmt: 'CREATE FOREIGN DATA WRAPPER',
  AlterFdwStmt: 'ALTER FOREIGN DATA WRAPPER',
  CreateForeignTableStmt: 'CREATE FOREIGN TABLE',
};
const namesOfConnections: Readonly<Record<string, string>> = {
  CreateSubscriptionStmt: 'CREATE SUBSCRIPTION … CONNECTION',
  AlterSubscriptionStmt: 'ALTER SUBSCRIPTION … CONNECTION',
};

/** Functions of pgcrypto with the place of the argument that is a password or a key. */
const keyArguments: Readonly<Record<string, number>> = {
  crypt: 0,
  pgp_sym_encrypt: 1,
  pgp_sym_encrypt_bytea: 1,
  pgp_sym_decrypt: 1,
  pgp_sym_decrypt_bytea: 1,
  encrypt: 1,
  decrypt: 1,
  hmac: 1,
};

const secretOption =
  /^(ssl)?pass(word|wd|phrase|code)$|(^|_)(secret|token)$|secret|(api|access|private)_?key$/i;
const passwordInConninfo = /(^|[\s'])(ssl)?password\s*=/i;
const passwordInUrl = /[a-z][a-z0-9+.-]*:\/\/[^\s/?#@:']*:[^\s/?#@']+@/i;
const inUrl = 'a URL with a password';

const holdsConnection = (text: string): boolean => passwordInConninfo.test(text) || passwordInUrl.test(text);
const locationOf = (fields: Node): number | null =>
  typeof fields['location'] === 'number' ? fields['location'] : null;

/** A constant's text, also behind a cast. */
function constantOf(value: unknown): string | null {
  if (!isNode(value)) return null;
  const [type, fields] = unwrap(value);
  return type === 'TypeCast' ? constantOf(fields['arg']) : stringOf(value);
}

function inCall(fields: Node): string | null {
  const path = Array.isArray(fields['funcname']) ? fields['funcname'] : [];
  const name = stringOf(path.at(-1))?.toLowerCase() ?? '';
  const args = (Array.isArray(fields['args']) ? fields['args'] : []).map(constantOf);
  if (name.startsWith('dblink') && args.some((text) => text !== null && holdsConnection(text))) return name;
  const place = keyArguments[name];
  return place !== undefined && typeof args[place] === 'string' ? `a key for ${name}` : null;
}

/** The text between the quotes of a literal token. */
function unquoted(token: string): string {
  const dollar = /^\$[^$]*\$/.exec(token)?.[0];
  if (dollar !== undefined) return token.slice(dollar.length, -dollar.length);
  return token.replace(/^[^']*'|'$/g, '').replaceAll("''", "'");
}

/** How deep literals within literals of a body are followed. */
const deepest = 4;

/** Looks into a text that is no statement of ours to parse: the body of a DO or a function, and literals in it. */
async function inBody(body: string, depth = 0): Promise<string | null> {
  if (passwordInUrl.test(body)) return inUrl;
  if (!/password/i.test(body)) return null;
  const bytes = Buffer.from(body, 'utf8');
  const tokens = await scanSql(body).catch(() => []);
  let before = '';
  for (const token of tokens) {
    const text = bytes.toString('utf8', token.start, token.end);
    const previous = before;
    before = text.toLowerCase();
    if (token.name !== 'SCONST') continue;
    if (previous === 'password') return 'PASSWORD';
    const literal = unquoted(text);
    if (/dblink/i.test(body) && passwordInConninfo.test(literal)) return 'a connection string';
    const inner = depth < deepest ? await inBody(literal, depth + 1) : null;
    if (inner !== null) return inner;
  }
  return null;
}

async function bodyOf(type: string, fields: Node): Promise<Found | null> {
  const list = type === 'DoStmt' ? fields['args'] : fields['options'];
  for (const item of Array.isArray(list) ? list : []) {
    const option = isNode(item) ? item['DefElem'] : null;
    if (!isNode(option) || option['defname'] !== 'as') continue;
    const { arg } = option;
    const items = isNode(arg) && isNode(arg['List']) ? arg['List']['items'] : [arg];
    for (const text of Array.isArray(items) ? items.map(stringOf) : []) {
      const what = text === null ? null : await inBody(text);
      if (what !== null) {
        const holder = type === 'DoStmt' ? 'DO' : 'a function';
        return { what: `${what} in the body of ${holder}`, at: locationOf(option) };
      }
    }
  }
  return null;
}

function inOption(type: string, option: Node): string | null {
  const name = String(option['defname']).toLowerCase();
  const value = stringOf(option['arg']);
  if (value === null) return null;
  if (name === 'password' && namesOfRoles[type] !== undefined) return namesOfRoles[type];
  const statement = namesOfOptions[type];
  if (statement === undefined) return null;
  return secretOption.test(name) ? `${statement} … OPTIONS (${name})` : null;
}

async function inStatement(statement: Node): Promise<Found | null> {
  const [type, fields] = unwrap(statement);
  const body = type === 'DoStmt' || type === 'CreateFunctionStmt' ? await bodyOf(type, fields) : null;
  if (body) return body;
  const connection = namesOfConnections[type];
  const { conninfo } = fields;
  if (connection !== undefined && typeof conninfo === 'string' && holdsConnection(conninfo)) {
    return { what: connection, at: null };
  }
  for (const [key, inner] of walk(statement)) {
    if (key === 'DefElem') {
      const what = inOption(type, inner);
      if (what !== null) return { what, at: locationOf(inner) };
      if (passwordInUrl.test(stringOf(inner['arg']) ?? '')) return { what: inUrl, at: locationOf(inner) };
    } else if (key === 'FuncCall') {
      const what = inCall(inner);
      if (what !== null) return { what, at: locationOf(inner) };
    } else if (key === 'A_Const') {
      const text = stringOf({ A_Const: inner }) ?? '';
      const ofServer = type === 'AlterSystemStmt' && holdsConnection(text);
      if (ofServer) return { what: 'ALTER SYSTEM', at: locationOf(inner) };
      if (passwordInUrl.test(text)) return { what: inUrl, at: locationOf(inner) };
    }
  }
  return null;
}

function positionIn(statement: Statement, at: number | null): number {
  const bytes = Buffer.from(statement.text, 'utf8').subarray(0, Math.max(0, (at ?? 0) - statement.start));
  return statement.charsBefore + Array.from(bytes.toString('utf8')).length + 1;
}

/**
 * Finds the first password, key or connection string with a password in a text. Such a text has been read by everybody
 * who sees the issue, and would be stored beside the change: it is refused, and the secret has to be changed. Finds what
 * stands in the text as such; what is put together at run time or hidden on purpose is not found. Null also for a text
 * that does not parse: it never runs.
 */
export async function findSecret(text: string): Promise<Secret | null> {
  const parsed = await parseSql(text);
  if (!parsed.ok) return null;
  for (const statement of cutStatements(text, parsed.value)) {
    const found = await inStatement(statement.node);
    if (found) return { what: found.what, position: positionIn(statement, found.at) };
  }
  return null;
}
