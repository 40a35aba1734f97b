import type { DatabaseError } from 'pg';
import type { ReceiptClaims, StatementOutcome } from '#core/protocol/receipt';
import { haltWords } from '../halt/halts';
import { conditionName } from '../postgres/conditions';
import { type RetryCause, retryCause } from '../postgres/errors';
import { ledgerErrors, type LedgerRow } from '../postgres/ledger';
import type { Interruption } from './interruption';
import { bodyText, type StatementsRun } from './statements';

/** How one transaction ended. */
export type AttemptEnd =
  /** Committed now, or found committed by an earlier attempt of ours (then `body` is null and must be remembered). */
  | {
      readonly kind: 'committed';
      readonly row: LedgerRow;
      readonly body: string | null;
      readonly earlier: boolean;
    }
  | {
      readonly kind: 'read';
      readonly statements: readonly StatementOutcome[];
      readonly body: string | null;
      /** The file that the result was written to. */
      readonly file?: ReceiptClaims['export'];
      readonly startedAt: string;
      readonly finishedAt: string;
    }
  | {
      readonly kind: 'failed';
      readonly statements: readonly StatementOutcome[];
      readonly body: string | null;
      readonly reason: { code: string; message: string } | null;
      readonly startedAt: string | null;
      /** Assertions of the verification that held before the one that did not. */
      readonly checked?: number;
    }
  | { readonly kind: 'expired'; readonly message: string }
  /** Stopped from the issue before COMMIT. */
  | { readonly kind: 'revoked'; readonly message: string }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  /** A statement outside a transaction left something that only a person can judge. */
  | { readonly kind: 'unknown'; readonly code: string; readonly message: string }
  /** Another process has taken the order over; nothing of this attempt is applied, and nothing may be said of it. */
  | { readonly kind: 'fenced' }
  /** A serialization failure, deadlock or lock timeout; nothing applied, `end` says what to report when we give up. */
  | { readonly kind: 'conflict'; readonly cause: RetryCause; readonly end: AttemptEnd }
  /** The connection failed. `mayHaveCommitted` only if COMMIT was on its way. */
  | { readonly kind: 'lost'; readonly mayHaveCommitted: boolean };

/** How an interrupted attempt ends: final, nothing applied; a person may run the change again later. */
export function interruptedEnd(
  interruption: Interruption,
): Extract<AttemptEnd, { kind: 'refused' | 'revoked' }> {
  return interruption.by === 'halt'
    ? { kind: 'refused', code: 'halted', message: haltWords(interruption.halt) }
    : { kind: 'revoked', message: 'stopped from the issue before COMMIT; nothing was applied' };
}

/** How an attempt ends that the server ended with `error`: finally, or to be tried again. */
export function orTryAgain(end: AttemptEnd, error: DatabaseError | null): AttemptEnd {
  const cause = error && retryCause(error);
  return cause ? { kind: 'conflict', cause, end } : end;
}

/** What an error of the opening or closing trip means. Ours and the ledger's words are safe to pass on. */
export function frameEnd(
  error: DatabaseError,
  where: 'opening' | 'closing',
  run: StatementsRun | null,
): AttemptEnd {
  const statements = run?.outcomes ?? [];
  const sqlstate = error.code ?? 'XX000';
  switch (sqlstate) {
    case ledgerErrors.late:
      return { kind: 'expired', message: where === 'opening' ? 'past startBy' : 'past endBy' };
    case ledgerErrors.nothingToRollBack:
      return {
        kind: 'refused',
        code: 'nothing-to-roll-back',
        message: 'the ledger does not show this revision as applied',
      };
    case ledgerErrors.rollbackTooLate:
      return {
        kind: 'refused',
        code: 'rollback-too-late',
        message: 'the time for the pre-approved rollback is over',
      };
    case ledgerErrors.fenced:
      return { kind: 'fenced' };
    case ledgerErrors.revoked:
      return { kind: 'revoked', message: 'revoked before it began; nothing was applied' };
    case ledgerErrors.notThisExecution:
      return {
        kind: 'failed',
        statements,
        body: null,
        reason: {
          code: 'ledger-violated',
          message: 'the statements interfered with the ledger; nothing was applied',
        },
        startedAt: null,
      };
    case ledgerErrors.outsideRole:
      return {
        kind: 'failed',
        statements,
        body: null,
        reason: {
          code: 'role-violated',
          message:
            'the statements tied something to the login of this execution, outside the approved role; nothing was applied',
        },
        startedAt: null,
      };
    default: {
      if (where === 'opening') {
        const message = `the transaction could not be prepared (${sqlstate} ${conditionName(sqlstate)})`;
        const end: AttemptEnd = { kind: 'refused', code: 'connection-not-ready', message };
        // Too long in the ledger: an earlier attempt is still at it.
        return sqlstate === '57014' ? { kind: 'conflict', cause: 'conflict', end } : orTryAgain(end, error);
      }
      const end: AttemptEnd = {
        kind: 'failed',
        statements,
        body: bodyText(run?.body ?? []),
        reason: { code: sqlstate, message: `${conditionName(sqlstate)} when the change was to be committed` },
        startedAt: null,
      };
      return orTryAgain(end, error);
    }
  }
}
