import { literalsOf } from '#core/sql/tokens';

/** Characters that can make a text look different from what it is: NUL, bidi controls, invisible characters. */
const deceptive =
  /[\u{00AD}\u{061C}\u{180E}\u{200B}-\u{200F}\u{202A}-\u{202E}\u{2060}-\u{2064}\u{2066}-\u{206F}\u{FEFF}\u{E0000}-\u{E007F}]/gu;

/** Why a text's characters are refused, with the place (code points from 1); null when they are fine. */
export interface CharacterProblem {
  readonly message: string;
  readonly position: number;
}

const asHex = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

/** NUL ends the text for the parser but not for the digest; a lone surrogate has no UTF-8 form. Neither may be signed. */
export function findUnencodable(text: string): CharacterProblem | null {
  let position = 0;
  for (const character of text) {
    position += 1;
    const code = character.codePointAt(0) ?? 0;
    if (code === 0) return { message: 'the text contains a NUL character', position };
    if (code >= 0xd800 && code <= 0xdfff) return { message: 'the text contains a lone surrogate', position };
  }
  return null;
}

/** Finds the first deceptive character outside a string literal. Call it for a text that parses. */
export function findDeceptive(text: string): CharacterProblem | null {
  const found = [...text.matchAll(deceptive)];
  if (found.length === 0) return null;
  const inLiteral = literalsOf(text);
  for (const match of found) {
    if (inLiteral(match.index)) continue;
    const before = text.slice(0, match.index);
    return {
      message: `the text contains the invisible character ${asHex(match[0])} outside a literal`,
      position: Array.from(before).length + 1,
    };
  }
  return null;
}
