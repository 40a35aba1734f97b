import type { AdminPayload, AdminValue } from '#core/panel/admin-contract';
import { settingsDifferences, type SettingsDifference } from '#core/settings/differences';
import { emptySettings, type Settings } from '#core/settings/settings';
import { restoredConfig, type StoredConfig } from '#core/sql/review/read-config';
import { sqlParser } from '../../../../executor/sql/parser';
import type { Ports } from '../../../../src/app/ports';
import type { Outcome } from '../../../../src/app/refusal';
import { saveRules } from '../../../../src/app/review-rules/save-rules';
import { showRules } from '../../../../src/app/review-rules/show-rules';
import { tryRule } from '../../../../src/app/review-rules/try-rule';
import { Refused } from './refused';
import { admin } from './site';

/** The app's own calls about the review's rules, over settings in memory. */
export class ReviewDesk {
  #settings: Settings = emptySettings('harness');
  readonly #configs = new Map<string, StoredConfig>();
  readonly #ports: Pick<Ports, 'settings' | 'reviewConfigs'>;

  constructor(note: (what: string, differences: readonly SettingsDifference[]) => void) {
    this.#ports = {
      settings: {
        read: async () => this.#settings,
        change: async ({ what }, update, extras) => {
          const after = update(this.#settings);
          if (after === this.#settings) return after;
          note(what, [...settingsDifferences(this.#settings, after), ...(extras?.differences ?? [])]);
          if (extras?.reviewConfig) this.#configs.set(extras.reviewConfig.digest, extras.reviewConfig);
          this.#settings = after;
          return after;
        },
        history: async () => ({ events: [], more: false, problem: null }),
      },
      reviewConfigs: {
        read: async (digest) => restoredConfig(this.#configs.get(digest) ?? { digest, text: '' }),
      },
    };
  }

  async show(): Promise<AdminValue<'review-rules'>> {
    return showRules(this.#ports);
  }

  async save(payload: AdminPayload<'save-review-rules'>): Promise<AdminValue<'review-rules'>> {
    value(await saveRules(this.#ports, admin, payload));
    return this.show();
  }

  async try(payload: AdminPayload<'try-rule'>): Promise<AdminValue<'try-rule'>> {
    return value(await tryRule(sqlParser, payload));
  }
}

function value<T>(outcome: Outcome<T>): T {
  if (outcome.ok) return outcome.value;
  throw new Refused(outcome.error.message);
}
