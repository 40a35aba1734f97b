import type { AdfNode } from '../rest/shapes';

const BLOCKS = new Set([
  'paragraph',
  'heading',
  'codeBlock',
  'listItem',
  'tableRow',
  'panel',
  'blockquote',
  'rule',
]);

function collect(node: AdfNode): string {
  if (node.type === 'text') return node.text ?? '';
  if (node.type === 'hardBreak') return '\n';
  const text = node.attrs?.['text'];
  const own = node.type === 'mention' || node.type === 'emoji' || node.type === 'status' ? text : undefined;
  const inner = typeof own === 'string' ? own : (node.content ?? []).map(collect).join('');
  return BLOCKS.has(node.type) ? `${inner}\n\n` : inner;
}

/** The words of an ADF document, paragraphs parted by an empty line. */
export const textFromAdf = (node: AdfNode): string => collect(node).trim();
