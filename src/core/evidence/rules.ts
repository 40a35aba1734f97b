import type { Environment } from '../protocol/claims';
import type { ConnectionInfo } from '../protocol/connection';
import type { ConnectionPolicy } from '../settings/settings';
import { lowerEnvironments } from './judge';

/** Age up to which evidence counts where nobody says otherwise, days. */
export const defaultEvidenceDays = 30;

/** What evidence a connection asks for: the site's policy and the executor's own, whichever is stricter. */
export interface EvidenceRules {
  readonly required: boolean;
  /** Lower environments that count, lowest first; empty where there is none below. */
  readonly environments: readonly Environment[];
  readonly maxAgeDays: number;
}

/** The rules of a connection. */
export function evidenceRules(
  info: Pick<ConnectionInfo, 'environment' | 'evidence'>,
  policy: Pick<ConnectionPolicy, 'evidence'> | undefined,
): EvidenceRules {
  const asked = [policy?.evidence, info.evidence].filter((rules) => rules !== undefined);
  const counts = (environment: Environment): boolean =>
    asked.every(({ environments }) => !environments || environments.includes(environment));
  return {
    required: asked.some(({ required }) => required),
    environments: lowerEnvironments(info.environment).filter(counts),
    maxAgeDays: Math.min(
      ...(asked.length === 0 ? [defaultEvidenceDays] : asked.map((one) => one.maxAgeDays)),
    ),
  };
}
