import type { RefusalCode } from '#core/protocol/transport';

/** Why something is refused: a stable code and words for people. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly message: string;
}

/** Makes a refusal. */
export function refusal(code: RefusalCode, message: string): Refusal {
  return { code, message };
}
