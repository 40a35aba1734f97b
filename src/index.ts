// Handlers of queue, web trigger and schedule. Resolvers, which parse SQL, are in panel.ts and admin.ts; rules and triggers
// in rules.ts, transitions.ts and events.ts.
export { dispatchConsumer } from './functions/dispatch-consumer';
export { receiptWebtrigger } from './functions/receipt-webtrigger';
export { sweepSchedule } from './functions/sweep-schedule';
