// Handlers of workflow rules and event triggers: a bundle of their own, small and without cryptography.
export { issueTrigger } from './functions/issue-trigger';
export { ledgerValidator } from './functions/ledger-validator';
export { transitionPostFunction } from './functions/transition-post-function';
