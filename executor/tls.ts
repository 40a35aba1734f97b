import * as v from 'valibot';

/** How a connection to a database is protected, in words that nobody writes by accident. */
export const Tls = v.strictObject({
  mode: v.picklist([
    /** The certificate and the host name in it are checked. */
    'verify-full',
    /** Encrypted, but to anybody who answers. */
    'insecure-no-verify',
    /** Not encrypted. */
    'insecure-plaintext',
  ]),
  /** PEM file of the authorities that are trusted, relative to the configuration. Default: those of the system. */
  ca: v.optional(v.pipe(v.string(), v.minLength(1))),
});
type Tls = v.InferOutput<typeof Tls>;

const sslmodes = {
  'verify-full': 'verify-full',
  'insecure-no-verify': 'no-verify',
  'insecure-plaintext': 'disable',
} as const;

/** True for an address that never leaves this machine; `host` in the query wins, as it does in `pg`. */
function staysHere(url: URL): boolean {
  const host = url.searchParams.get('host') ?? decodeURIComponent(url.hostname);
  return host.startsWith('/') || /^(?:127(?:\.\d{1,3}){3}|localhost|\[?::1\]?)$/.test(host);
}

/** The protection of an address: what was said, else `verify-full`, and none on this machine. */
export function tlsMode(url: string, tls: Tls | undefined): Tls['mode'] | 'loopback' {
  return tls?.mode ?? (staysHere(new URL(url)) ? 'loopback' : 'verify-full');
}

/** True when whoever answers at the address has been checked, or nobody else can. */
export const isSecure = (url: string, tls: Tls | undefined): boolean =>
  ['verify-full', 'loopback'].includes(tlsMode(url, tls));

/** Why an address and its protection do not go together, in words; null when they do. */
export function tlsProblem(url: string, tls: Tls | undefined): string | null {
  const said = new URL(url).searchParams;
  const mode = tlsMode(url, tls);
  if (mode === 'loopback') return null;
  if (said.has('uselibpqcompat') || said.has('ssl')) return 'say tls: { mode: … } instead of ssl in the URL';
  const sslmode = said.get('sslmode') ?? sslmodes[mode];
  return sslmode === sslmodes[mode]
    ? null
    : `the URL asks for sslmode=${sslmode}, which is less than verify-full: say tls: { mode: … }`;
}

/** The address with its protection in it, as `pg` reads it. `ca`: absolute path of the file in `tls.ca`. */
export function withTls(url: string, tls: Tls | undefined, ca: string | null): string {
  const mode = tlsMode(url, tls);
  if (mode === 'loopback') return url;
  const address = new URL(url);
  address.searchParams.set('sslmode', sslmodes[mode]);
  if (ca !== null) address.searchParams.set('sslrootcert', ca);
  return address.href;
}
