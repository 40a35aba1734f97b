import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import type { Category, Example, Rule, RuleDocs } from '#core/sql/review/rule';
import { allRules } from '#core/sql/rules/all';
import { docsOf } from './rule-docs';

const categories: Readonly<Record<Category, string>> = {
  'data-loss': 'Data that a change takes away',
  locking: 'Whom a change keeps waiting',
  rewrite: 'Tables that are written anew',
  correctness: 'Text that does not say what it seems to',
  security: 'Rights, secrets and ways round them',
  transaction: 'What can and cannot run in one transaction',
  'schema-design': 'Tables, columns and types that hurt later',
  naming: 'Names',
  performance: 'Work that need not be done',
  compatibility: 'Programs that run beside the change',
};

function exampleText(example: Example): string {
  if (typeof example === 'string') return `\`\`\`sql\n${example}\n\`\`\``;
  const { sql, options } = example;
  const needs = [
    options
      ? `with ${Object.entries(options)
          .map(([name, value]) => `\`${name}\` ${JSON.stringify(value)}`)
          .join(', ')}`
      : '',
    example.context?.environment ? `in ${example.context.environment}` : '',
    example.context?.schema ? 'with a schema snapshot' : '',
  ].filter((part) => part !== '');
  return `${needs.length > 0 ? `${needs.join(', ')}:\n\n` : ''}\`\`\`sql\n${sql}\n\`\`\``;
}

function page(rule: Rule, docs: RuleDocs): string {
  const options = Object.entries(rule.options).map(
    ([name, value]) => `- \`${name}\`: ${JSON.stringify(value)}`,
  );
  const parts = [
    `# ${rule.id}`,
    `${rule.title}. Level where nothing is configured: **${rule.level}**.`,
    '## Why',
    docs.why,
    '## What to do',
    docs.fix,
    ...(options.length > 0 ? ['## Options', options.join('\n')] : []),
    '## A finding',
    ...docs.bad.map(exampleText),
    '## No finding',
    ...docs.good.map(exampleText),
    ...(docs.alsoKnownAs ? ['## Elsewhere', docs.alsoKnownAs.map((name) => `- ${name}`).join('\n')] : []),
    ...(docs.sources ? ['## Sources', docs.sources.map((source) => `- <${source}>`).join('\n')] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

function index(): string {
  const parts = Object.entries(categories).flatMap(([category, title]) => {
    const rules = allRules.filter((rule) => rule.category === category).toSorted(byId);
    if (rules.length === 0) return [];
    const rows = rules.map(({ id, title: says, level }) => `| [${id}](${id}.md) | ${says} | ${level} |`);
    return [`## ${title}`, ['| rule | says | level |', '| --- | --- | --- |', ...rows].join('\n')];
  });
  const intro = `${allRules.length} rules for PostgreSQL. Each page is written from the rule itself; its examples are its tests.`;
  return `${['# Rules', intro, ...parts].join('\n\n')}\n`;
}

const byId = (one: Rule, other: Rule): number => (one.id < other.id ? -1 : 1);

/** Every page by its file name, formatted as the repository's documents are. */
export async function rulePages(): Promise<ReadonlyMap<string, string>> {
  const pages: [string, string][] = [['README.md', index()]];
  for (const rule of allRules) pages.push([`${rule.id}.md`, page(rule, await docsOf(rule))]);
  const config = await resolveConfig(fileURLToPath(import.meta.url));
  return new Map(
    await Promise.all(
      pages.map(async ([file, text]) => [file, await format(text, { ...config, filepath: file })] as const),
    ),
  );
}
