import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { indexedPaths, searchAlias } from '#core/property/index-property';
import { indexPropertyKey } from '#core/property/index-words';
import { ruleModules } from '#core/workflow/definition';
import { actorCondition } from '#core/workflow/actor-condition';
import { fieldModules } from '../../src/app/provision/steps/fields';
import { functions, manifest, modules, root, walk } from './manifest';

const run = promisify(execFile);
const sourceOf = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const constant = (file: string, name: string): string | undefined =>
  new RegExp(`const ${name} = '([^']+)'`).exec(sourceOf(file))?.[1];

test('the official validator finds nothing but folders that are not built yet', async () => {
  const check = `require('@forge/manifest').validate(false).then((r) => process.stdout.write(JSON.stringify(r.errors ?? [])));`;
  const { stdout } = await run(process.execPath, ['-e', check], { cwd: root, maxBuffer: 16 * 1024 * 1024 });
  const found = v.parse(
    v.array(v.looseObject({ level: v.string(), message: v.string() })),
    JSON.parse(stdout),
  );
  const notBuilt = /^missing resource '.*' is being referenced by '.*' in resources/;
  expect(found.filter(({ message }) => !notBuilt.test(message))).toEqual([]);
});

describe('functions', () => {
  /** Export tables: a handler `rules.x` is the export `x` of `src/rules.ts`. */
  const tables = [...new Set(functions.map(({ handler }) => handler.split('.')[0] ?? ''))];
  const exported = tables.flatMap((table) =>
    [
      ...readFileSync(path.join(root, `src/${table}.ts`), 'utf8').matchAll(
        /export \{ (\w+) \} from '(.+)';/g,
      ),
    ].map(([, name = '', file = '']) => ({ table, name, file })),
  );
  const handlers = functions.map(({ handler }) => handler);

  test('every handler is an export of the export table, and every export is a handler', () => {
    expect(handlers.toSorted()).toEqual(exported.map(({ table, name }) => `${table}.${name}`).toSorted());
  });

  test('every export exists where the table says', () => {
    for (const { name, file } of exported) {
      const text = readFileSync(path.join(root, 'src', `${file}.ts`), 'utf8');
      expect(text).toMatch(new RegExp(`export (?:const|async function|function) ${name}\\b`));
    }
  });

  test('every function is used by a module, and every use names a function', () => {
    const used = new Set<string>();
    for (const [type, list] of Object.entries(manifest.modules)) {
      if (type === 'function') continue;
      for (const [at, value] of walk(list))
        if (at.endsWith('.function') && typeof value === 'string') used.add(value);
    }
    expect([...used].toSorted()).toEqual(functions.map(({ key }) => key).toSorted());
  });

  test('only queue and schedule functions take longer than 55 seconds', () => {
    const patient = new Set(['send-order', 'sweep-schedule']);
    for (const { key, timeoutSeconds } of functions)
      if (!patient.has(key)) expect(timeoutSeconds ?? 25).toBeLessThanOrEqual(55);
  });
});

describe('what the validator does not catch', () => {
  const require = createRequire(import.meta.url);
  const schemaFile = path.join(
    path.dirname(require.resolve('@forge/manifest')),
    'schema/manifest-schema.json',
  );
  type Node = Record<string, unknown>;
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as Node & { definitions: Record<string, Node> };

  /** The alternatives that a schema node stands for, references followed. */
  const alternatives = (node: unknown): Node[] => {
    if (typeof node !== 'object' || node === null) return [];
    const here = node as Node;
    const reference = here['$ref'];
    if (typeof reference === 'string') {
      const found = reference
        .split('/')
        .slice(1)
        .reduce<unknown>((at, key) => (at as Node)[key], schema);
      return alternatives(found);
    }
    const inner = ['oneOf', 'anyOf', 'allOf'].flatMap((key) =>
      Array.isArray(here[key]) ? (here[key] as unknown[]) : [],
    );
    return [here, ...inner.flatMap(alternatives)];
  };

  /** Paths of keys that no branch of the (mostly open) schema knows: probably typing errors. */
  const unknownKeys = (value: unknown, nodes: readonly Node[], at: string): string[] => {
    if (Array.isArray(value)) {
      const items = nodes.flatMap((node) => alternatives(node['items']));
      return value.flatMap((inner, index) => unknownKeys(inner, items, `${at}[${index}]`));
    }
    if (typeof value !== 'object' || value === null) return [];
    const hasNames = nodes.some(
      (node) => Object.keys((node['properties'] as Node | undefined) ?? {}).length > 0,
    );
    const open = !hasNames || nodes.some((node) => node['patternProperties']);
    return Object.entries(value).flatMap(([key, inner]) => {
      const next = nodes.flatMap((node) => alternatives((node['properties'] as Node | undefined)?.[key]));
      if (next.length > 0) return unknownKeys(inner, next, `${at}.${key}`);
      return open ? [] : [`${at}.${key}`];
    });
  };

  test('no key is unknown to the schema', () => {
    const nodes = alternatives(schema.definitions['ModuleSchema']);
    expect(nodes.length).toBeGreaterThan(0);
    expect(unknownKeys(manifest.modules, nodes, 'modules')).toEqual([]);
    // The check itself sees a typing error.
    const typo = { 'jira:issuePanel': [{ ...modules('jira:issuePanel')[0], viewportsize: 'large' }] };
    expect(unknownKeys(typo, nodes, 'modules')).toEqual(['modules.jira:issuePanel[0].viewportsize']);
  });

  test('keys are unique and short enough', () => {
    const keys = Object.entries(manifest.modules).flatMap(([type, list]) =>
      list.map(({ key }) => `${type} ${key}`),
    );
    expect(new Set(keys).size).toBe(keys.length);
    for (const { key } of [...functions, ...manifest.resources, ...manifest.remotes])
      expect(key.length).toBeLessThanOrEqual(23);
  });

  test('at most five scheduled triggers, each with its own function', () => {
    expect(modules('scheduledTrigger').length).toBeLessThanOrEqual(5);
  });

  test('the runtime is the one that Forge deploys longest', () => {
    expect(manifest.app.runtime.name).toBe('nodejs24.x');
  });

  test('product events are documented ones', () => {
    const documented = ['avi:jira:created:issue', 'avi:jira:updated:issue', 'avi:jira:deleted:issue'];
    for (const trigger of modules('trigger')) {
      for (const event of trigger['events'] as string[]) expect(documented).toContain(event);
    }
  });

  test('every resource is used, and lies below static', () => {
    const used = Object.values(manifest.modules)
      .flat()
      .map((module) => module['resource'])
      .filter((resource) => typeof resource === 'string');
    expect([...new Set(used)].toSorted()).toEqual(manifest.resources.map(({ key }) => key).toSorted());
    for (const { path: folder } of manifest.resources)
      expect(folder).toMatch(/^static\/[a-z-]+\/(build|main\.tsx)$/);
  });
});

describe('one source in code', () => {
  test('the searchable property', () => {
    expect(modules('jira:entityPropertySet')).toEqual([
      {
        key: 'query-change-index',
        properties: [
          {
            propertyKey: indexPropertyKey,
            entityType: 'issue',
            values: Object.entries(indexedPaths).map(([name, type]) => ({
              path: name,
              type,
              searchAlias: searchAlias(name as keyof typeof indexedPaths),
            })),
          },
        ],
      },
    ]);
  });

  test('workflow rules', () => {
    expect(modules('jira:workflowCondition').map(({ key }) => key)).toEqual([ruleModules.condition]);
    expect(modules('jira:workflowValidator').map(({ key }) => key)).toEqual([ruleModules.validator]);
    expect(modules('jira:workflowPostFunction').map(({ key }) => key)).toEqual([ruleModules.postFunction]);
    expect(modules('jira:workflowCondition')[0]?.['expression']).toBe(actorCondition);
  });

  test('fields, all of them read-only', () => {
    const fields = modules('jira:customField');
    expect(fields.map(({ key }) => key)).toEqual(Object.values(fieldModules));
    for (const field of fields) expect(field['readOnly']).toBe(true);
  });

  test('module keys that code names', () => {
    expect(modules('consumer').map((module) => module['queue'])).toEqual([
      constant('src/forge/dispatch-queue.ts', 'queueKey'),
    ]);
    expect(modules('webtrigger').map(({ key }) => key)).toEqual([
      constant('src/functions/admin-resolver.ts', 'receiptTrigger'),
    ]);
    expect(manifest.remotes.map(({ key }) => key)).toEqual([
      constant('src/forge/executor-client.ts', 'remoteKey'),
    ]);
    expect(modules('jira:issuePanel').map(({ key }) => key)).toEqual([
      constant('src/app/provision/steps/panel.ts', 'panelModule'),
    ]);
  });

  test('the web trigger declares exactly the answers that its function gives', () => {
    const [trigger] = modules('webtrigger');
    const response = v.looseObject({
      type: v.string(),
      outputs: v.array(v.looseObject({ key: v.string() })),
    });
    const { type, outputs } = v.parse(response, trigger?.['response']);
    const source = readFileSync(path.join(root, 'src/functions/receipt-webtrigger.ts'), 'utf8');
    const given = /outputKey: ((?:'[a-z-]+'(?: \| )?)+)/
      .exec(source)?.[1]
      ?.split(' | ')
      .map((key) => key.slice(1, -1));
    expect(type).toBe('static');
    expect(outputs.map(({ key }) => key)).toEqual(given);
  });
});

describe('storage entities', () => {
  const sources = readdirSync(path.join(root, 'src/forge'))
    .filter((file) => file.startsWith('kvs-'))
    .map((file) => readFileSync(path.join(root, 'src/forge', file), 'utf8'));
  /** Fields of the `…Record` interface that an adapter writes under an entity. */
  const written = (record: string): string[] => {
    const body = sources
      .map((text) => new RegExp(`interface ${record} \\{([^}]+)\\}`).exec(text)?.[1])
      .find(Boolean);
    return [...(body ?? '').matchAll(/^\s*(\w+)\??:/gm)].flatMap(([, name]) => (name ? [name] : []));
  };

  const entities = [
    ['change', 'HeadRecord'],
    ['draft', 'DraftRecord'],
    ['settings', 'SettingsRecord'],
    ['evidence', 'EvidenceRecord'],
    ['sibling', 'SiblingRecord'],
    ['open-change', 'OpenChangeRecord'],
    ['execution', 'ExecutionRecord'],
  ] as const;

  test.each(entities)('%s declares what is written', (name, record) => {
    const entity = manifest.app.storage.entities.find((candidate) => candidate.name === name);
    expect(written(record).length).toBeGreaterThan(0);
    expect(Object.keys(entity?.attributes ?? {}).toSorted()).toEqual(written(record).toSorted());
  });

  test('no entity is declared that nothing writes, and every index is over declared attributes', () => {
    expect(manifest.app.storage.entities.map(({ name }) => name)).toEqual(entities.map(([name]) => name));
    for (const { attributes, indexes } of manifest.app.storage.entities) {
      for (const { partition, range } of indexes) {
        for (const name of [...partition, ...range]) expect(Object.keys(attributes)).toContain(name);
      }
    }
    const asked = sources.flatMap((text) =>
      [...text.matchAll(/\.index\('([^']+)'/g)].map(([, name]) => name),
    );
    const declared = manifest.app.storage.entities.flatMap(({ indexes }) => indexes.map(({ name }) => name));
    expect(asked.toSorted()).toEqual(declared.toSorted());
  });
});

test('the only way out is the customer-managed remote', () => {
  expect(manifest.permissions.external).toEqual({ configurable: { enabled: true } });
  for (const remote of manifest.remotes) {
    expect(remote).not.toHaveProperty('baseUrl');
    expect(remote).toHaveProperty('configurable');
  }
});
