// Handlers of product events: a bundle of their own, without cryptography, because they run at every edit of an issue.
export { issueTrigger } from './functions/issue-trigger';
