// Handlers of set-up, queue, web trigger and schedule. The panel's is in panel.ts; rules and triggers are in rules.ts.
export { adminResolver } from './functions/admin-resolver';
export { dispatchConsumer } from './functions/dispatch-consumer';
export { receiptWebtrigger } from './functions/receipt-webtrigger';
export { sweepSchedule } from './functions/sweep-schedule';
