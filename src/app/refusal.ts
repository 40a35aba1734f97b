import type { PanelErrorCode } from '#core/panel/contract';
import { refuse, type Result } from '#core/result';
import type { IllegalEvent } from '#core/change/machine';

/** Why a use case would not do what was asked; expected, shown to the person as it is. */
export interface Refusal {
  readonly code: PanelErrorCode;
  readonly message: string;
  readonly details?: unknown;
}

export type Outcome<T> = Result<T, Refusal>;

/** A refusal as a result. */
export function no(code: PanelErrorCode, message: string, details?: unknown): Result<never, Refusal> {
  return refuse(details === undefined ? { code, message } : { code, message, details });
}

/** Translates a refusal of the ledger's own rules. */
export function illegal(error: IllegalEvent): Result<never, Refusal> {
  return no(
    error.code === 'stale-digest' ? 'stale-digest' : error.code === 'own-change' ? 'not-allowed' : 'illegal',
    error.message,
  );
}
