// The manifest's handlers, and nothing else.
export { adminResolver } from './functions/admin-resolver';
export { dispatchConsumer } from './functions/dispatch-consumer';
export { issueTrigger } from './functions/issue-trigger';
export { ledgerValidator } from './functions/ledger-validator';
export { panelResolver } from './functions/panel-resolver';
export { receiptWebtrigger } from './functions/receipt-webtrigger';
export { sweepSchedule } from './functions/sweep-schedule';
export { transitionPostFunction } from './functions/transition-post-function';
