/** Why a receipt is not taken; the sender stops. */
export type ReceiptRefusal =
  'malformed' | 'unknown-key' | 'bad-signature' | 'wrong-audience' | 'unknown-execution' | 'conflict';
