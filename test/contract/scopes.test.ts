import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { operationOf, scopesCover } from '../../host/jira/openapi/operations';
import { manifest, root } from './manifest';

/** Scopes that no REST path asks for, each with its reason. */
const otherwiseNeeded: Readonly<Record<string, string>> = {
  'storage:app': 'Forge storage: ledger, drafts, settings, keys.',
  'write:app-data:jira': 'Values of our read-only fields; optional today, announced to become mandatory.',
};

interface Call {
  readonly method: string;
  /** Segments; `*` for what is filled in. */
  readonly segments: readonly string[];
  readonly file: string;
}

const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(path.join(root, 'src', file), 'utf8') }));

const segmentsOf = (template: string): string[] =>
  template
    .replaceAll(/\$\{[^}]*\}/g, '*')
    .replace(/\?.*$/, '')
    .split('/')
    .filter((segment) => segment !== '' && !['rest', 'api', '3'].includes(segment));

/** Calls by `route`…``: the method stands in the call that uses the path. */
function routeCalls(): Call[] {
  return sources.flatMap(({ file, text }) =>
    [
      ...text.matchAll(
        /route`(\/rest\/[^`]+)`;([\s\S]{0,500}?)method: '(GET|POST|PUT|DELETE)'|method: '(\w+)', path: route`(\/rest\/[^`]+)`/g,
      ),
    ].map((match) => ({
      method: match[3] ?? match[4] ?? '',
      segments: segmentsOf(match[1] ?? match[5] ?? ''),
      file,
    })),
  );
}

/** Calls by `rest([…])` and `listed(admin, […])`: literals stay, everything else is filled in. */
function restCalls(): Call[] {
  const list = /\b(?:rest\(|listed\(\s*admin,)\s*\[([^\]]+)\]/g;
  return sources
    .filter(({ file }) => file.startsWith(path.join('app', 'provision')))
    .flatMap(({ file, text }) =>
      [...text.matchAll(list)].map((match) => {
        const before = text.slice(Math.max(0, match.index - 60), match.index);
        const send = /send\(\s*'(POST|PUT|DELETE)',\s*$/.exec(before)?.[1];
        const asked = /\bask\(\s*$/.test(before) ? 'POST' : undefined;
        const removed = /\bremove\(\s*admin,\s*$/.test(before) ? 'DELETE' : undefined;
        const segments = (match[1] ?? '').split(',').map((part) => {
          const literal = /^\s*'([^']+)'\s*$/.exec(part)?.[1];
          return literal ?? '*';
        });
        return { method: send ?? asked ?? removed ?? 'GET', segments, file };
      }),
    );
}

const documented = ['subset', 'supplement'].flatMap((name) => {
  const text = readFileSync(path.join(root, `host/jira/openapi/${name}.json`), 'utf8');
  return Object.keys((JSON.parse(text) as { operations: Record<string, unknown> }).operations);
});

/** How many literal segments an operation shares with a call; undefined when it is another operation. */
function likeness(operation: string, call: Call): number | undefined {
  const [method, where = ''] = operation.split(' ');
  const parts = segmentsOf(where);
  if (method !== call.method || parts.length !== call.segments.length) return undefined;
  let literal = 0;
  for (const [index, part] of parts.entries()) {
    const ours = call.segments[index] ?? '';
    if (part === ours) literal += 1;
    // The kind of a scheme is filled in too: the three of them are asked alike.
    else if (!part.startsWith('{') && !(ours === '*' && part.endsWith('scheme'))) return undefined;
  }
  return literal;
}

/** The documented operations that a call may be: the most literal ones. */
function matches(call: Call): string[] {
  const alike = documented.flatMap((operation) => {
    const literal = likeness(operation, call);
    return literal === undefined ? [] : [{ operation, literal }];
  });
  const most = Math.max(...alike.map(({ literal }) => literal));
  return alike.filter(({ literal }) => literal === most).map(({ operation }) => operation);
}

const calls = [...routeCalls(), ...restCalls()];
const name = ({ method, segments, file }: Call): string => `${method} /${segments.join('/')} (${file})`;

test('every REST path of the app is found and documented', () => {
  // A path that this test overlooks would not be checked: each use of the builders is one call.
  const uses = sources.reduce((sum, { text }) => {
    const routes = text.match(/route`\/rest\//g)?.length ?? 0;
    const built = text.match(/(?<!function )\b(?:rest\(|listed\(\s*admin,)\s*\[/g)?.length ?? 0;
    return sum + routes + built;
  }, 0);
  expect(calls).toHaveLength(uses);
  expect(calls.filter((call) => matches(call).length === 0).map(name)).toEqual([]);
});

test('the manifest’s scopes allow every one of them', () => {
  const refused = calls.flatMap((call) =>
    matches(call).filter((operation) => {
      const [method = '', where = ''] = operation.split(' ');
      return !scopesCover(method, where, manifest.permissions.scopes);
    }),
  );
  expect(refused).toEqual([]);
});

test('no scope is asked for without a use', () => {
  const used = new Set<string>();
  for (const call of calls) {
    for (const operation of matches(call)) {
      const [method = '', where = ''] = operation.split(' ');
      // The first alternative is the classic one, which the manifest uses.
      for (const scope of operationOf(method, where)?.scopes[0] ?? []) used.add(scope);
    }
  }
  const unused = manifest.permissions.scopes.filter(
    (scope) => !used.has(scope) && !(scope in otherwiseNeeded),
  );
  expect(unused).toEqual([]);
});
