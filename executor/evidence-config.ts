import * as v from 'valibot';
import { lowerEnvironments } from '#core/evidence/judge';
import { ConnectionKey, Environment, Identifier, TargetIdentity } from '#core/protocol/claims';
import { PublicJwk } from '#core/protocol/jwk';

/** Where evidence may come from: a connection of this executor, or of another one whose key and database stand here. */
const Source = v.union([
  v.strictObject({ environment: Environment, connection: ConnectionKey }),
  v.strictObject({
    executor: Identifier,
    /** Two may overlap while it rotates. */
    keys: v.pipe(v.array(PublicJwk), v.minLength(1), v.maxLength(2)),
    environment: Environment,
    connection: ConnectionKey,
    target: TargetIdentity,
  }),
]);
/** One entry of the list. */
export type EvidenceSource = v.InferOutput<typeof Source>;

/** What a connection wants to see of lower environments before it takes a change. */
export const Evidence = v.pipe(
  v.strictObject({
    /** Refuses orders without it. Default: true, which is what the list is for. */
    required: v.optional(v.boolean(), true),
    from: v.pipe(v.array(Source), v.minLength(1), v.maxLength(20)),
    /** Older runs do not count, days. */
    maxAgeDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(366)), 30),
  }),
  v.transform((evidence) => ({
    ...evidence,
    environments: [...new Set(evidence.from.map(({ environment }) => environment))],
  })),
);
export type EvidenceConfig = v.InferOutput<typeof Evidence>;

/** What of a connection its evidence is checked against. */
interface Place {
  readonly key: string;
  readonly environment: Environment;
  readonly clone: boolean;
  readonly evidence?: EvidenceConfig | undefined;
}

/** True when evidence comes from lower environments only, and connections of our own exist and are what is said of them. */
export function hasUsableEvidence({ environment, evidence }: Place, all: readonly Place[]): boolean {
  if (evidence === undefined) return true;
  const lower = lowerEnvironments(environment);
  return evidence.from.every((source) => {
    if (!lower.includes(source.environment)) return false;
    if ('executor' in source) return true;
    const own = all.find(({ key }) => key === source.connection);
    return own !== undefined && !own.clone && own.environment === source.environment;
  });
}
