import type { ReviewRules } from '#core/panel/review-rules';
import { allRules } from '#core/sql/rules/all';
import { reviewConfig, type ReviewConfigPorts } from '../review-config';

/** Every rule without its code, and what the site says of them. */
export async function showRules(ports: ReviewConfigPorts): Promise<ReviewRules> {
  const settings = await ports.settings.read();
  return {
    digest: settings.review,
    config: await reviewConfig(ports.reviewConfigs, settings),
    rules: allRules.map(({ id, title, category, level, options }) => ({
      id,
      title,
      category,
      level,
      options: { ...options },
    })),
  };
}
