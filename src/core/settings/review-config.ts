import { defaultConfig, type ReviewConfig } from '../sql/review/config';
import type { Settings } from './settings';

/** What the site says of the rules; nothing so far, so that every rule has its own level. */
export function reviewConfigOf(_settings: Settings): ReviewConfig {
  return defaultConfig;
}
