import { rule, type RuleDocs } from '../../review/rule';
import { newNames } from '../../tree/new-names';

/** NAMEDATALEN - 1, bytes. */
const longest = 63;

export const identifierTooLong = rule({
  id: 'identifier-too-long',
  title: 'A name longer than 63 bytes is cut',
  category: 'naming',
  level: 'error',
  options: {},
  *statement(statement, _options, _context, { bytes }) {
    // The parser has cut long names already, so the text is asked.
    for (const { name, location } of newNames(statement)) {
      // The cut is at a character, so the name may be a few bytes shorter.
      if (location === null || new TextEncoder().encode(name).length < longest - 3) continue;
      const word = wordAt(bytes, location);
      if (word.length <= longest) continue;
      yield {
        at: { start: location, end: location + word.length },
        message: `PostgreSQL cuts this name to its first 63 bytes ("${name}"), and two names that begin alike become one.`,
      };
    }
  },
});

function wordAt(bytes: Uint8Array, start: number): Uint8Array {
  let end = start;
  const inName = (byte: number | undefined): boolean =>
    byte !== undefined && (byte >= 0x80 || /[A-Za-z0-9_$]/.test(String.fromCodePoint(byte)));
  while (inName(bytes[end])) end += 1;
  return bytes.subarray(start, end);
}

export const docs: RuleDocs = {
  why: 'Names have at most 63 bytes. PostgreSQL cuts longer ones with no more than a notice; the next name with the same beginning then fails, or means the wrong thing.',
  fix: 'Choose a shorter name; leave out what the table says already.',
  bad: [`ALTER TABLE t ADD COLUMN ${'a'.repeat(70)} int;`, `CREATE TABLE s.t (${'é'.repeat(40)} int);`],
  good: ['ALTER TABLE t ADD COLUMN a_short_name int;', `CREATE TABLE t (${'a'.repeat(63)} int);`],
  alsoKnownAs: ['squawk: identifier-too-long'],
};
