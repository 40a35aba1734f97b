import { createHash, createHmac } from 'node:crypto';
import { randomPassword, scramVerifier } from '../../../executor/identity/scram';

// The example of RFC 7677, section 3.
const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
const authMessage = [
  'n=user,r=rOprNGfwEbeRWgbNEkqO',
  'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
  'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
].join(',');
const proof = Buffer.from('dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=', 'base64');
const signature = '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=';

const signed = (key: Buffer): Buffer => createHmac('sha256', key).update(authMessage).digest();

test('a verifier accepts the proof and gives the signature of the RFC', () => {
  const parts = /^SCRAM-SHA-256\$4096:([^$]+)\$([^:]+):(.+)$/.exec(scramVerifier('pencil', salt, 4096)) ?? [];
  const [stored, server] = [Buffer.from(parts[2] ?? '', 'base64'), Buffer.from(parts[3] ?? '', 'base64')];
  expect(parts[1]).toBe(salt.toString('base64'));
  expect(signed(server).toString('base64')).toBe(signature);
  const mask = signed(stored);
  const clientKey = Buffer.from(proof.map((byte, at) => byte ^ (mask[at] ?? 0)));
  expect(createHash('sha256').update(clientKey).digest()).toEqual(stored);
});

test('passwords are 256 random bits in ASCII, and salts are never the same', () => {
  const password = randomPassword();
  expect(password).toMatch(/^[\w-]{43}$/);
  expect(randomPassword()).not.toBe(password);
  expect(scramVerifier(password)).not.toBe(scramVerifier(password));
});
