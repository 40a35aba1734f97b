// Handler of the ledger validator: a bundle of its own, because somebody waits for it at every guarded transition.
export { ledgerValidator } from './functions/ledger-validator';
