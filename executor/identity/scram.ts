import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';

/**
 * PBKDF2 rounds make guessing a weak password dear. Ours have 256 random bits, which no number of rounds can make harder
 * to guess, and every login pays for them on both sides; PostgreSQL accepts any number from 1.
 */
const rounds = 1;

/** A password nobody has to remember: 256 random bits, ASCII, so that SASLprep leaves it alone. */
export function randomPassword(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * What PostgreSQL keeps of a password for SCRAM-SHA-256 (RFC 5802, RFC 7677), so that the password itself stands in no
 * statement and in no log. `password` must be ASCII; `salt` and `iterations` are for tests against published values.
 */
export function scramVerifier(
  password: string,
  salt: Uint8Array = randomBytes(16),
  iterations = rounds,
): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const keyed = (text: string): Buffer => createHmac('sha256', salted).update(text).digest();
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64');
  const server = keyed('Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${Buffer.from(salt).toString('base64')}$${stored}:${server}`;
}
