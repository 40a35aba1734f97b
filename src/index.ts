// Handlers of panel, set-up, queue, web trigger and schedule, and nothing else. Rules and triggers are in rules.ts.
export { adminResolver } from './functions/admin-resolver';
export { dispatchConsumer } from './functions/dispatch-consumer';
export { panelResolver } from './functions/panel-resolver';
export { receiptWebtrigger } from './functions/receipt-webtrigger';
export { sweepSchedule } from './functions/sweep-schedule';
