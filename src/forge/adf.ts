import * as v from 'valibot';
import type { CommentPart } from '../app/ports';

/** An Atlassian Document Format node, as far as we write it. */
interface AdfNode {
  readonly type: string;
  readonly [property: string]: unknown;
}

/** One paragraph of text and mentions. Text is a text node, never markup, so that it cannot become anything else. */
export function commentAdf(parts: readonly CommentPart[]): AdfNode {
  const content = parts.flatMap((part): AdfNode[] => {
    if ('mention' in part) return [{ type: 'mention', attrs: { id: part.mention } }];
    return part.text === '' ? [] : [{ type: 'text', text: part.text }];
  });
  return { type: 'doc', version: 1, content: [{ type: 'paragraph', content }] };
}

const TextNode = v.object({ text: v.optional(v.string()), content: v.optional(v.array(v.unknown())) });

/** The text of a document, paragraphs joined by spaces; depth and length are bounded. */
export function adfToText(document: unknown, depth = 0): string {
  const node = v.safeParse(TextNode, document);
  if (!node.success || depth > 20) return '';
  const inner = (node.output.content ?? []).map((child) => adfToText(child, depth + 1)).join(' ');
  return `${node.output.text ?? ''}${inner}`.slice(0, 2_000);
}
