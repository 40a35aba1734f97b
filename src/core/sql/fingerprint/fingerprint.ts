import { sha256Hex } from '../../hash';
import { fold, tokens } from '../tokens';

/** Three digests of a text (SHA-256, hexadecimal), from the strictest. */
export interface Fingerprint {
  /** Of its UTF-8 bytes: the same text. */
  readonly exact: string;
  /**
   * Of its tokens: the same text up to white space, comments and the case of unquoted words. Two texts that parse and
   * share it mean the same to PostgreSQL. Hints that an extension reads in comments are not in it.
   */
  readonly layout: string;
  /** As `layout`, with every constant replaced: for finding similar texts. It proves nothing. */
  readonly shape: string;
}

/** Stands between tokens: NUL is in no text that PostgreSQL takes. */
const between = '\0';

/** The fingerprints of a text that parses. */
export async function fingerprint(text: string): Promise<Fingerprint> {
  const layout: string[] = [];
  const shape: string[] = [];
  for (const { kind, start, end } of tokens(text)) {
    const written = text.slice(start, end);
    const word = kind === 'word' ? fold(written) : written;
    layout.push(word);
    shape.push(kind === 'string' || kind === 'bits' || kind === 'number' ? '?' : word);
  }
  const [exact, ofLayout, ofShape] = await Promise.all([
    sha256Hex(text),
    sha256Hex(layout.join(between)),
    sha256Hex(shape.join(between)),
  ]);
  return { exact, layout: ofLayout, shape: ofShape };
}
