import { literalsOf } from './tokens';

/** A character that a reader cannot see, or that changes the order in which text is shown. */
export interface HiddenCharacter {
  /** UTF-16 offset. */
  readonly offset: number;
  /** For example `U+202E`. */
  readonly code: string;
  readonly name: string;
  /** True when it stands in code, a comment or an identifier, where it has no business. */
  readonly forbidden: boolean;
}

const names: Readonly<Record<number, string>> = {
  0x00a0: 'no-break space',
  0x00ad: 'soft hyphen',
  0x034f: 'combining grapheme joiner',
  0x061c: 'Arabic letter mark',
  0x180e: 'Mongolian vowel separator',
  0x200b: 'zero width space',
  0x200c: 'zero width non-joiner',
  0x200d: 'zero width joiner',
  0x200e: 'left-to-right mark',
  0x200f: 'right-to-left mark',
  0x202a: 'left-to-right embedding',
  0x202b: 'right-to-left embedding',
  0x202c: 'pop directional formatting',
  0x202d: 'left-to-right override',
  0x202e: 'right-to-left override',
  0x2060: 'word joiner',
  0x2066: 'left-to-right isolate',
  0x2067: 'right-to-left isolate',
  0x2068: 'first strong isolate',
  0x2069: 'pop directional isolate',
  0x3000: 'ideographic space',
  0xfeff: 'byte order mark',
};

/** Controls but tab, line feed and carriage return; everything that a font shows as nothing; every odd space. */
const hidden = /(?![\t\n\r])\p{Cc}|\p{Default_Ignorable_Code_Point}|\p{Cf}|\p{Zl}|\p{Zp}|(?! )\p{Zs}/gu;

/** True when a text holds something that nobody would see in it. */
export const hasHiddenCharacters = (text: string): boolean => text.search(hidden) >= 0;

/** Finds every hidden character of `text`. Inside a string literal it is data: shown, not forbidden. */
export function findHiddenCharacters(text: string): HiddenCharacter[] {
  const matches = [...text.matchAll(hidden)];
  if (matches.length === 0) return [];
  const inLiteral = literalsOf(text);
  return matches.map((match) => {
    const point = match[0].codePointAt(0) ?? 0;
    return {
      offset: match.index,
      code: `U+${point.toString(16).toUpperCase().padStart(4, '0')}`,
      name: names[point] ?? 'invisible character',
      forbidden: !inLiteral(match.index),
    };
  });
}
