import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { costOfOneChange } from '../../../bench/platform-cost';
import { startTestSite, type TestSite } from '../../support/local-site';

let site: TestSite;
beforeAll(async () => {
  site = await startTestSite({ bot: false });
});
afterAll(async () => site.close());

describe('one whole change', () => {
  it('costs at most 60 Jira points, 60 KB of JSON in KVS and 25 invocations, events included', async () => {
    const { jiraPoints, kvsBytesWritten, invocations, byFunction } = await costOfOneChange(site.host);
    expect(byFunction).toMatchObject({ 'send-order': 1, 'receipt-webtrigger': 1 });
    expect(jiraPoints).toBeLessThanOrEqual(60);
    expect(kvsBytesWritten).toBeLessThanOrEqual(60_000);
    expect(invocations).toBeLessThanOrEqual(25);
  });
});
