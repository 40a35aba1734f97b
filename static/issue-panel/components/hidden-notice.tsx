import { Fragment, useMemo } from 'react';
import { findHiddenCharacters, type HiddenCharacter } from '#core/sql/hidden-characters';

/** The most hidden characters that are listed one by one. */
const listed = 5;

/** Text with each hidden character shown as a badge with its code. */
export function MarkedText({ text }: { text: string }) {
  const parts = useMemo(() => split(text, findHiddenCharacters(text)), [text]);
  return (
    <>
      {parts.map((part) => (
        <Fragment key={part.offset}>
          {part.text}
          {part.character && (
            <mark className="qc-hidden-badge" title={part.character.name}>
              {part.character.code}
            </mark>
          )}
        </Fragment>
      ))}
    </>
  );
}

/** Says in words which hidden characters the SQL contains and where; nothing when there are none. */
export function HiddenNotice({ text }: { text: string }) {
  const found = useMemo(() => findHiddenCharacters(text), [text]);
  if (found.length === 0) return null;
  const forbidden = found.some((character) => character.forbidden);
  return (
    <div className={forbidden ? 'qc-small qc-danger' : 'qc-small qc-subtle'} data-testid="hidden-characters">
      <p>
        {found.length === 1 ? 'One hidden character' : `${found.length} hidden characters`}
        {forbidden
          ? ': remove those outside string literals before you submit.'
          : ', all inside string literals.'}
      </p>
      <ul>
        {found.slice(0, listed).map((character) => (
          <li key={character.offset}>
            Line {text.slice(0, character.offset).split('\n').length}: {character.name} ({character.code})
            {character.forbidden ? '' : ' inside a string literal'}
          </li>
        ))}
        {found.length > listed && <li>and {found.length - listed} more</li>}
      </ul>
    </div>
  );
}

interface Part {
  readonly offset: number;
  readonly text: string;
  readonly character?: HiddenCharacter;
}

function split(text: string, found: readonly HiddenCharacter[]): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const character of found) {
    parts.push({ offset: from, text: text.slice(from, character.offset), character });
    from = character.offset + ((text.codePointAt(character.offset) ?? 0) > 0xffff ? 2 : 1);
  }
  parts.push({ offset: from, text: text.slice(from) });
  return parts;
}
