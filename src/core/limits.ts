/**
 * Named limits with their units and their source. "Forge" limits are the platform's (developer.atlassian.com/platform/
 * forge/platform-quotas-and-limits), the others are ours.
 */

/** SQL + rollback + verification of one change, UTF-8 bytes. Ours: fits one KVS value (Forge: 240 KiB). */
export const maxContentBytes = 200 * 1024;
/** Rows that a budget may name at most. Ours: nine digits. */
export const maxRowBudget = 999_999_999;
/** Reason of a change or of a decision, characters. Ours. */
export const maxReasonLength = 2_000;
/** One compact order or receipt, bytes, checked before anything else. Ours: content, JSON-escaped and base64url. */
export const maxTokenBytes = 1024 * 1024;
/** A receipt delivery (receipt and result body), bytes. Ours, below Forge's 5 MB web trigger payload. */
export const maxDeliveryBytes = 2 * 1024 * 1024;
/** Result body kept by the app per execution, UTF-8 bytes. Ours: fits one KVS value. */
export const maxResultBytes = 180 * 1024;
/** Issue property value, characters of JSON. Jira: 32,768, hard. */
export const maxPropertyChars = 32_768;
/** The index property `query-change`, characters of JSON. Ours. */
export const maxIndexPropertyChars = 8_192;
/** Approvers listed in the index property; more become the sentinel. Ours. */
export const maxListedApprovers = 50;
/** Receipts that an order carries as evidence. Ours: one for each lower environment. */
export const maxEvidenceReceipts = 3;
/** One of them, characters. Ours: an order with a content of the largest size still fits {@link maxTokenBytes}. */
export const maxEvidenceChars = 32 * 1024;
/** Order lifetime (`exp - iat`), seconds. Design 7. */
export const maxOrderLifetimeSeconds = 15 * 60;
/** Latest start after issue (`startBy - iat`), seconds. Design 7. */
export const maxStartDelaySeconds = 60 * 60;
/** Lifetime of a request JWS, seconds. Design 7. */
export const maxRequestLifetimeSeconds = 60;
/** Clock difference tolerated between the two sides, seconds. Ours. */
export const clockToleranceSeconds = 30;
/** A vote intent opens the bare Approve transition for this long, milliseconds. Design 5. */
export const voteIntentMs = 2 * 60_000;
/** How long a pre-approved rollback stays valid after the apply, seconds. Design 7. */
export const rollbackWindowSeconds = 24 * 60 * 60;
