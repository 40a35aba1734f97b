import { lockStatements } from './lock-world';

/** A generator of numbers from 0 to 1 that gives the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const oddities = [
  '\0',
  '\ud800',
  '\udc00',
  '\u202e',
  "'",
  '"',
  '$$',
  '/*',
  '*/',
  '--',
  ';',
  '(',
  ')',
  '\\',
  'é',
  '😀',
  '$1',
  '::',
  "E'",
  'U&"',
  '{',
  '0x',
];

/** A statement that has been damaged in one to four ways, or put together from pieces of two. */
export function damaged(random: () => number): string {
  const pick = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  let text = pick(lockStatements);
  for (let rounds = 1 + Math.floor(random() * 4); rounds > 0; rounds -= 1) {
    const at = Math.floor(random() * text.length);
    const end = Math.min(text.length, at + Math.floor(random() * 8));
    switch (Math.floor(random() * 6)) {
      case 0:
        text = text.slice(0, at) + text.slice(end);
        break;
      case 1:
        text = text.slice(0, at) + pick(oddities) + text.slice(at);
        break;
      case 2:
        text = text.slice(0, at) + pick(lockStatements).slice(Math.floor(random() * 20));
        break;
      case 3: {
        const words = text.split(' ');
        words.splice(Math.floor(random() * words.length), 1, pick(pick(lockStatements).split(' ')));
        text = words.join(' ');
        break;
      }
      case 4:
        text = `${text}; ${pick(lockStatements)}`;
        break;
      default:
        text = text.slice(0, at) + text.slice(at, end).repeat(1 + Math.floor(random() * 5)) + text.slice(end);
    }
  }
  return text;
}
