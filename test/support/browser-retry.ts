import { expect, jest } from '@jest/globals';

// A browser on a busy machine can be late in ways that are not the page's: a test in it may fail once, and the log says
// so. Nothing else may: a race in the executor or the app is a defect however seldom it shows.
if (expect.getState().testPath?.includes('/test/e2e/')) jest.retryTimes(1, { logErrorsBeforeRetry: true });
