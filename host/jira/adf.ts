import * as v from 'valibot';

/** The longest text Jira stores in a comment or a long text field. */
export const MAX_TEXT = 32_767;

const document = v.looseObject({
  type: v.literal('doc'),
  version: v.literal(1),
  content: v.array(v.looseObject({ type: v.string() })),
});

/** Whether the value is an Atlassian Document, checked lightly (root, version, every child has a type). */
export const isAdf = (value: unknown): boolean => v.is(document, value);

/** The text of a document; blocks are separated by line ends. */
export function adfText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '';
  const node = value as { type?: unknown; text?: unknown; content?: unknown; attrs?: { text?: unknown } };
  if (typeof node.text === 'string') return node.text;
  if (typeof node.attrs?.text === 'string') return node.attrs.text;
  if (!Array.isArray(node.content)) return node.type === 'hardBreak' ? '\n' : '';
  const block = node.type === 'doc' || node.type === 'bulletList' || node.type === 'orderedList';
  return node.content.map(adfText).join(block ? '\n' : '');
}
