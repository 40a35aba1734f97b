import { withEntry } from '#core/evidence/entry';
import type { ReceiptClaims } from '#core/protocol/receipt';
import type { EvidenceUpdate, Ports } from '../ports';

/**
 * Where an accepted receipt is remembered as evidence for changes in higher environments; undefined when it cannot be any.
 * It is read with its version, so that two runs of one text that end together are both remembered.
 */
export async function evidenceOf(
  ports: Pick<Ports, 'evidence'>,
  claims: ReceiptClaims,
): Promise<EvidenceUpdate | undefined> {
  const { environment, subject, finishedAt, issue, jti, connection } = claims;
  if (claims.kind !== 'apply' || claims.status !== 'succeeded' || !subject || finishedAt === null)
    return undefined;
  if (environment === null || environment === 'prod') return undefined;
  const place = { layoutSha256: subject.layoutSha256, environment };
  const { version, entries } = await ports.evidence.read(place);
  const entry = { issueId: issue.id, issueKey: issue.key, jti, connection, at: finishedAt };
  return { place, version, entries: withEntry(entries, entry) };
}
