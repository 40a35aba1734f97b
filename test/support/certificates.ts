import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A certificate with its key, PEM. */
interface Certified {
  readonly certificate: string;
  readonly key: string;
}

/** One DER element (ITU-T X.690): tag, length, contents. */
function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  const long = body.length < 256 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...(body.length < 128 ? [body.length] : long)]), body]);
}
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const text = (tag: number, words: string): Buffer => der(tag, Buffer.from(words));
const oid = (...bytes: readonly number[]): Buffer => der(0x06, Buffer.from(bytes));

const ecdsaWithSha256 = sequence(oid(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const named = (name: string): Buffer =>
  sequence(der(0x31, sequence(oid(0x55, 0x04, 0x03), text(0x0c, name))));
/** UTCTime: YYMMDDhhmmssZ. */
const utc = (ms: number): Buffer => {
  const digits = new Date(ms).toISOString().replaceAll(/\D/g, '');
  return text(0x17, `${digits.slice(2, 14)}Z`);
};
const day = 24 * 60 * 60_000;

function certificate(
  subject: { readonly name: string; readonly publicKey: KeyObject; readonly extensions: Buffer },
  issuer: { readonly name: string; readonly privateKey: KeyObject },
): string {
  const body = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([Math.floor(Math.random() * 100) + 1])),
    ecdsaWithSha256,
    named(issuer.name),
    sequence(utc(Date.now() - day), utc(Date.now() + day)),
    named(subject.name),
    subject.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(subject.extensions)),
  );
  const signature = sign('sha256', body, issuer.privateKey);
  const whole = sequence(body, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature));
  return `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replaceAll(/.{64}/g, '$&\n')}\n-----END CERTIFICATE-----\n`;
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** An authority of its own, valid for a day. */
export function createAuthority(name: string): {
  readonly certificate: string;
  /** Certifies a server under one IPv4 address or one host name. */
  certify(place: { readonly address: string } | { readonly host: string }): Certified;
} {
  const authority = newKey();
  const mayCertify = der(0x01, Buffer.from([0xff]));
  const constraints = sequence(oid(0x55, 0x1d, 0x13), mayCertify, der(0x04, sequence(mayCertify)));
  return {
    certificate: certificate(
      { name, publicKey: authority.publicKey, extensions: constraints },
      { name, ...authority },
    ),
    certify(place) {
      const server = newKey();
      const entry =
        'host' in place
          ? text(0x82, place.host)
          : der(0x87, Buffer.from(place.address.split('.').map(Number)));
      const extensions = sequence(oid(0x55, 0x1d, 0x11), der(0x04, sequence(entry)));
      return {
        certificate: certificate(
          { name: 'server', publicKey: server.publicKey, extensions },
          { name, ...authority },
        ),
        key: createPrivateKey(server.privateKey.export({ type: 'pkcs8', format: 'pem' })).export({
          type: 'pkcs8',
          format: 'pem',
        }) as string,
      };
    },
  };
}
