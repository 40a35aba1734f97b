import type { AdfNode } from '../rest/shapes';

function paragraph(block: string): AdfNode {
  const content: AdfNode[] = block
    .split('\n')
    .flatMap((line, index) => [
      ...(index === 0 ? [] : [{ type: 'hardBreak' }]),
      ...(line === '' ? [] : [{ type: 'text', text: line }]),
    ]);
  return { type: 'paragraph', content };
}

/** Plain text as an ADF document: an empty line parts paragraphs, a line end is a hard break. */
export function adfFromText(text: string): AdfNode & { readonly version: 1 } {
  const blocks = text
    .replace(/\r\n?/gu, '\n')
    .trim()
    .split(/\n{2,}/u);
  return { type: 'doc', version: 1, content: blocks.map(paragraph) };
}
