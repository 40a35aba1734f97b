import { canonicalSha256 } from '../hash';
import type { DigestInput } from './digest';

/** The digest of a revision: SHA-256 over RFC 8785 JSON of {@link DigestInput}, hexadecimal. */
export async function computeDigest(input: DigestInput): Promise<string> {
  return canonicalSha256(input);
}
