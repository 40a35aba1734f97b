import kvs from '@forge/kvs';
import { restoredConfig } from '#core/sql/review/read-config';
import type { ReviewConfigs } from '../app/ports';

/** Key of a configuration; its digest names its text, so a key has one value for ever. */
export const reviewConfigKey = (digest: string): string => `review-config:${digest}`;

/** Configurations of the review rules in Forge's key-value store; the settings' transactions write them. */
export const kvsReviewConfigs: ReviewConfigs = {
  async read(digest) {
    const text = await kvs.get<unknown>(reviewConfigKey(digest));
    if (typeof text !== 'string') throw new Error('the review rules that the settings name are gone');
    return restoredConfig({ digest, text });
  },
};
