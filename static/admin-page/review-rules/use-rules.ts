import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ReviewRules } from '#core/panel/review-rules';
import type { ReviewConfig } from '#core/sql/review/config';
import { sparseConfig } from '#core/sql/review/config';
import { configChanges, type ConfigChange } from '#core/sql/review/config-changes';
import { weakenings, type Weakening } from '#core/sql/review/weakenings';
import { adminCall } from '../bridge/admin-call';
import { useAdmin } from '../hooks/admin-context';
import { useAttempt } from '../hooks/use-attempt';

/** The rules as saved, and what is being made of them. Nothing counts before it is saved. */
export interface RulesDesk {
  readonly saved: ReviewRules;
  readonly draft: ReviewConfig;
  readonly edit: (change: (draft: ReviewConfig) => ReviewConfig) => void;
  readonly changes: readonly ConfigChange[];
  readonly taken: readonly Weakening[];
  readonly busy: boolean;
  readonly problem: string | null;
  readonly save: (accepted: readonly string[]) => Promise<void>;
  readonly discard: () => void;
  readonly reload: () => Promise<void>;
}

/** Loads the rules; null while there are none, with why. */
export function useRules(): {
  readonly desk: RulesDesk | null;
  readonly problem: string | null;
  readonly load: () => Promise<void>;
} {
  const { overview } = useAdmin();
  const { busy, problem, attempt } = useAttempt<'load' | 'save'>();
  const [saved, setSaved] = useState<ReviewRules | null>(null);
  const [draft, setDraft] = useState<ReviewConfig | null>(null);
  const show = useCallback((rules: ReviewRules) => {
    setSaved(rules);
    setDraft(rules.config);
  }, []);
  const load = useCallback(async () => {
    const rules = await attempt('load', async () => adminCall('review-rules', {}));
    if (rules !== undefined) show(rules);
  }, [attempt, show]);
  useEffect(() => void load(), [load]);
  const { connections } = overview;
  const made = useMemo(() => {
    if (saved === null || draft === null) return null;
    return {
      changes: configChanges(saved.config, draft),
      taken: weakenings(saved.config, draft, saved.rules, connections),
    };
  }, [saved, draft, connections]);
  if (saved === null || draft === null || made === null) return { desk: null, problem, load };
  const desk: RulesDesk = {
    saved,
    draft,
    edit: (change) => setDraft((now) => (now === null ? now : change(now))),
    ...made,
    busy: busy !== null,
    problem,
    async save(accepted) {
      const payload = { base: saved.digest, config: sparseConfig(draft), accepted: [...accepted] };
      const after = await attempt('save', async () => adminCall('save-review-rules', payload));
      if (after !== undefined) show(after);
    },
    discard: () => setDraft(saved.config),
    reload: load,
  };
  return { desk, problem, load };
}
