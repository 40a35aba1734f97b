import type { PoolClient } from 'pg';
import type { RollbackPlan } from '#core/change/rollback-plan';
import type { ExportFormat } from '#core/protocol/export';
import { lookAtExport } from '../export/allowed';
import type { Target } from '../postgres/target';
import { derivePlan } from '../rollback/plan';
import type { Statement } from '../sql/cut';

/** What a look before submission has at hand: a READ ONLY transaction with the approved role and search_path. */
export interface Look {
  readonly client: PoolClient;
  readonly target: Target;
  readonly statements: readonly Statement[];
}

/** A plan to undo a change, or in words why there is none. */
type PlannedRollback =
  { readonly plan: RollbackPlan; readonly refusal: null } | { readonly plan: null; readonly refusal: string };

/** What else a look can answer; it may read catalogues, and runs nothing of the text. */
export interface Contributors {
  readonly planRollback: (look: Look) => Promise<PlannedRollback>;
  /** Why the result cannot be exported so, in words; null when it can. */
  readonly exportRefusal: (look: Look, format: ExportFormat) => Promise<string | null>;
}

/** What this executor can do. */
export const contributors: Contributors = {
  planRollback: async ({ client, target, statements }) => {
    const derived = await derivePlan(client, statements, target.config);
    return derived.ok ? { plan: derived.value.plan, refusal: null } : { plan: null, refusal: derived.error };
  },
  exportRefusal: ({ client, target, statements }, format) =>
    lookAtExport(client, target.config, statements, format),
};
