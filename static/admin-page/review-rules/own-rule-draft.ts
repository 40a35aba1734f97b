import type { Environment } from '#core/protocol/claims';
import type { StatementKind } from '#core/sql/facts/kind';
import type { CustomRule } from '#core/sql/review/config';
import type { Level } from '#core/sql/review/rule';

/** A rule as it is typed; what is empty is no condition. */
export interface OwnRuleDraft {
  readonly id: string;
  readonly title: string;
  readonly message: string;
  readonly level: Level;
  readonly kinds: readonly StatementKind[];
  readonly relation: string;
  readonly access: 'read' | 'write' | 'define' | '';
  readonly calls: string;
  readonly environments: readonly Environment[];
}

/** What the form begins with. */
export function emptyDraft(former: CustomRule | null): OwnRuleDraft {
  const when = former?.when ?? {};
  return {
    id: former?.id ?? '',
    title: former?.title ?? '',
    message: former?.message ?? '',
    level: former?.level ?? 'warning',
    kinds: when.kinds ?? [],
    relation: when.relation ?? '',
    access: when.access ?? '',
    calls: when.calls ?? '',
    environments: when.environments ?? [],
  };
}

/** The rule that was typed; whether it is one says the schema. */
export function ruleOf(draft: OwnRuleDraft): unknown {
  const [relation, calls] = [draft.relation.trim(), draft.calls.trim()];
  return {
    id: draft.id.trim(),
    title: draft.title.trim(),
    level: draft.level,
    message: draft.message.trim(),
    when: {
      ...(draft.kinds.length > 0 && { kinds: [...draft.kinds] }),
      ...(relation !== '' && { relation }),
      ...(draft.access !== '' && { access: draft.access }),
      ...(calls !== '' && { calls }),
      ...(draft.environments.length > 0 && { environments: [...draft.environments] }),
    },
  };
}
