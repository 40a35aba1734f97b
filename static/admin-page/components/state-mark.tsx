import Spinner from '@atlaskit/spinner';
import type { ReactNode } from 'react';

/** States of a section, a step or a connection. */
export type Mark = 'done' | 'todo' | 'waiting' | 'person' | 'broken' | 'working';

const words: Readonly<Record<Mark, string>> = {
  done: 'Done',
  todo: 'To do',
  waiting: 'Waits',
  person: 'Needs a person',
  broken: 'Broken',
  working: 'Working',
};

/** A state as icon, text and colour. */
export function StateMark({ mark, text }: { mark: Mark; text?: string | undefined }) {
  return (
    <span className={`qa-mark qa-mark-${mark}`}>
      {mark === 'working' ? <Spinner size="xsmall" label="" /> : <Glyph mark={mark} />}
      {text ?? words[mark]}
    </span>
  );
}

/** Distinct shapes, since colour alone says nothing to some. */
const shapes: Readonly<Record<Exclude<Mark, 'working'>, ReactNode>> = {
  done: <path d="M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Zm3.6 5.1-4.1 5-2.9-2.6 1-1.1 1.7 1.5 3.1-3.8 1.2 1Z" />,
  todo: <circle cx="8" cy="8" r="6.1" fill="none" stroke="currentColor" strokeWidth="1.5" />,
  waiting: (
    <>
      <circle cx="8" cy="8" r="6.1" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <path d="M7.2 4h1.5v3.7l2.5 1.5-.8 1.3-3.2-1.9V4Z" />
    </>
  ),
  person: <path d="M8 1.5a3.2 3.2 0 1 1 0 6.4 3.2 3.2 0 0 1 0-6.4ZM2 14.5c0-3 2.6-5 6-5s6 2 6 5H2Z" />,
  broken: (
    <path d="M5 1h6l4 4v6l-4 4H5l-4-4V5l4-4Zm.6 3.5L4.5 5.6 6.9 8l-2.4 2.4 1.1 1.1L8 9.1l2.4 2.4 1.1-1.1L9.1 8l2.4-2.4-1.1-1.1L8 6.9 5.6 4.5Z" />
  ),
};

function Glyph({ mark }: { mark: Exclude<Mark, 'working'> }) {
  return (
    <svg width="14" height="14" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">
      {shapes[mark]}
    </svg>
  );
}
