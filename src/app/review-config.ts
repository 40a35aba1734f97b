import type { Settings } from '#core/settings/settings';
import { defaultConfig, type ReviewConfig } from '#core/sql/review/config';
import type { Ports } from './ports';

/** What reading the site's own rules needs. */
export interface ReviewConfigPorts extends Pick<Ports, 'reviewConfigs'> {
  readonly settings: Pick<Ports['settings'], 'read'>;
}

/**
 * What the site says of the rules by its settings. A site that says nothing costs no reading.
 * @throws Error when what it said cannot be read: a laxer review must not pass for the site's
 */
export async function reviewConfig(
  configs: Ports['reviewConfigs'],
  { review }: Pick<Settings, 'review'>,
): Promise<ReviewConfig> {
  return review === null ? defaultConfig : configs.read(review);
}
