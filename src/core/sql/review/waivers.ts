import { pieces } from '../tokens';
import type { ByteRange, Script } from '../tree/script';

/** A comment by which the author sets a rule aside for one statement, for a reason that approvers read. */
export interface Waiver extends ByteRange {
  readonly rules: readonly string[];
  /** Empty when the author gave none: then it sets nothing aside. */
  readonly reason: string;
  /** Statement that it stands in or before; null when none follows. */
  readonly statement: number | null;
}

/** `-- qc-waive ban-drop-column, ban-drop-table: nobody has read them since 2024` */
const form = /^(?:--|\/\*)\s*qc-waive\s+([a-z0-9-]+(?:\s*,\s*[a-z0-9-]+)*)\s*(?::\s*([^]*))?$/;

/** The waivers of a script, in its order. */
export function findWaivers(script: Pick<Script, 'text' | 'statements'>): readonly Waiver[] {
  // Most texts have none, and cutting a long one into tokens costs as much as many rules.
  if (!script.text.includes('qc-waive')) return [];
  const encoder = new TextEncoder();
  const waivers: Waiver[] = [];
  let counted = 0;
  let bytes = 0;
  // Comments come in the order of the text, and so do statements.
  let next = 0;
  for (const piece of pieces(script.text)) {
    if (piece.kind !== 'comment') continue;
    const text = script.text.slice(piece.start, piece.end);
    const match = form.exec((text.endsWith('*/') ? text.slice(0, -2) : text).trimEnd());
    if (!match) continue;
    bytes += encoder.encode(script.text.slice(counted, piece.start)).length;
    counted = piece.start;
    const start = bytes;
    const end = start + encoder.encode(text.trimEnd()).length;
    while ((script.statements[next]?.end ?? Infinity) <= start) next += 1;
    const statement = script.statements[next]?.index ?? null;
    const rules = (match[1] ?? '').split(',').map((name) => name.trim());
    waivers.push({ rules, reason: (match[2] ?? '').trim(), start, end, statement });
  }
  return waivers;
}
