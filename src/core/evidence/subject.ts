import * as v from 'valibot';
import type { DigestInput } from '../change/digest';
import { canonicalSha256, sha256Hex } from '../hash';
import { Sha256Hex } from '../protocol/claims';
import { fingerprint } from '../sql/fingerprint/fingerprint';

/**
 * What a change ran with, beside its bytes: hashes that stay the same when the same change runs in another environment.
 * Stands in the receipt of a change that succeeded, so that it can be compared without the change's content.
 */
export const Subject = v.strictObject({
  /** Fingerprint of the SQL up to layout: white space, comments and the case of unquoted words are not in it. */
  layoutSha256: Sha256Hex,
  /** How it would have been undone: the approved rollback, or what the plan does; not how long rows are kept. */
  undoSha256: Sha256Hex,
  /** Of the verification's bytes; null when there is none. */
  verificationSha256: v.nullable(Sha256Hex),
  /** Shape of the structure that it ran on; null when that was not recorded. */
  shape: v.nullable(Sha256Hex),
});
export type Subject = v.InferOutput<typeof Subject>;

/** Of a revision, what its {@link Subject} is made of. */
type Content = Pick<
  DigestInput,
  'sql' | 'rollback' | 'rollbackPlan' | 'verification' | 'schemaDigest' | 'schemaShape'
>;

/** The subject of a change whose SQL parses. */
export async function subjectOf(content: Content): Promise<Subject> {
  const { sql, rollback, rollbackPlan, verification, schemaDigest, schemaShape } = content;
  const plan = rollbackPlan
    ? { generator: rollbackPlan.generator, statements: rollbackPlan.statements }
    : null;
  const [{ layout }, undoSha256, verificationSha256] = await Promise.all([
    fingerprint(sql),
    canonicalSha256({ rollback, plan }),
    verification === null ? null : sha256Hex(verification),
  ]);
  // A shape is compared with the database only together with the digest, so on its own it is nobody's word.
  const shape = schemaDigest === null ? null : (schemaShape ?? null);
  return { layoutSha256: layout, undoSha256, verificationSha256, shape };
}
