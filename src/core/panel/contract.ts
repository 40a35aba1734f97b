import * as v from 'valibot';
import { DraftContent } from '../change/content';
import { maxContentBytes, maxReasonLength } from '../limits';
import { ConnectionKey, Sha256Hex } from '../protocol/claims';
import { ChangeKind } from '../protocol/attempt';
import { ExportLinkReply } from '../protocol/export';
import { ExecutionProgress } from '../protocol/progress';
import { ResultBody } from '../protocol/receipt';
import { RanBeforeView } from './ran-before';
import { ReviewView } from './review';
import { SinceView } from './since';
import { StructureView } from './structure';
import { ChangeView, DraftView, DryRunReportView, PreflightView, TimelineEntry } from './view';

const Version = v.pipe(v.number(), v.integer(), v.minValue(0));
const Reason = v.pipe(
  v.string(),
  v.trim(),
  v.minLength(1, 'A reason is required.'),
  v.maxLength(maxReasonLength),
);
const Comment = v.pipe(v.string(), v.trim(), v.maxLength(maxReasonLength));

/**
 * The calls of the issue panel: name, payload and reply value. The issue and the viewer come from the platform's
 * context, never from the payload. Every reply is a {@link Reply}.
 */
export const panelCalls = {
  /** Everything the panel shows. */
  view: { payload: v.strictObject({}), value: ChangeView },
  /** Ledger events as words; fetched when the timeline is opened. */
  timeline: {
    payload: v.strictObject({}),
    value: v.strictObject({
      entries: v.array(TimelineEntry),
      intact: v.boolean(),
      problem: v.nullable(v.string()),
    }),
  },
  /** Saves the draft over `baseVersion`; refused with `conflict` (details: the stored {@link DraftView}) if it moved. */
  'save-draft': {
    payload: v.strictObject({ baseVersion: Version, content: DraftContent }),
    value: DraftView,
  },
  /** What the executor says of the draft at `version`; asked for when the author wants a plan to undo it, or an export. */
  preflight: { payload: v.strictObject({ version: Version }), value: PreflightView },
  /** What the rules and PostgreSQL's grammar say of a text; asked for again and again while the author types. */
  review: {
    payload: v.strictObject({
      sql: v.pipe(v.string(), v.maxLength(maxContentBytes)),
      connection: v.nullable(ConnectionKey),
      rowBudget: v.nullable(v.pipe(v.number(), v.integer(), v.minValue(0))),
      /** Of the revision whose text this is: then what its dry run saw is taken into account. Null for a draft. */
      digest: v.nullable(Sha256Hex),
    }),
    value: ReviewView,
  },
  /**
   * Has the structure of a connection's database looked at again when that is some minutes ago; asked when a draft or a
   * revision is opened, never while somebody types. `known`: the digest whose names the panel has.
   */
  structure: {
    payload: v.strictObject({ connection: ConnectionKey, known: v.nullable(Sha256Hex) }),
    value: StructureView,
  },
  /** What changed since the viewer decided about an earlier revision; null when there is no earlier one. */
  since: { payload: v.strictObject({}), value: v.strictObject({ since: v.nullable(SinceView) }) },
  /** Freezes the draft at `version` as a new revision and sends it to review. */
  submit: { payload: v.strictObject({ version: Version }), value: ChangeView },
  /** Asks for a dry run of the draft at `version`, or of the revision with `digest`; the other is null. */
  'dry-run': {
    payload: v.strictObject({ version: v.nullable(Version), digest: v.nullable(Sha256Hex) }),
    value: ChangeView,
  },
  /** What the latest dry run saw. */
  'dry-run-report': { payload: v.strictObject({}), value: DryRunReportView },
  /** Votes for the digest on the screen. */
  approve: { payload: v.strictObject({ digest: Sha256Hex, comment: Comment }), value: ChangeView },
  'request-changes': { payload: v.strictObject({ digest: Sha256Hex, reason: Reason }), value: ChangeView },
  reject: { payload: v.strictObject({ digest: Sha256Hex, reason: Reason }), value: ChangeView },
  run: { payload: v.strictObject({ digest: Sha256Hex }), value: ChangeView },
  'roll-back': { payload: v.strictObject({ digest: Sha256Hex }), value: ChangeView },
  /** Asks to end this running attempt before COMMIT. The change is running until the receipt says what came first. */
  stop: {
    payload: v.strictObject({ kind: ChangeKind, try: Version, reason: Reason }),
    value: ChangeView,
  },
  /**
   * How far the running attempt is, asked of the executor. No event tells of progress, so a panel that is looked at asks
   * again and again, and only while a run takes longer than a moment. `silent`: the executor did not answer.
   */
  progress: {
    payload: v.strictObject({}),
    value: v.strictObject({ progress: v.nullable(ExecutionProgress), silent: v.boolean() }),
  },
  /** Back to draft with a new revision to come; voids every vote. */
  rework: { payload: v.strictObject({}), value: ChangeView },
  cancel: { payload: v.strictObject({}), value: ChangeView },
  /** Ends Needs attention: an operator says what the executor's ledger says. */
  resolve: {
    payload: v.strictObject({ outcome: v.picklist(['succeeded', 'failed', 'rolled-back']), reason: Reason }),
    value: ChangeView,
  },
  /** The signed proof of the last attempt of a kind: the order as sent first and the receipt, compact JWS each. */
  evidence: {
    payload: v.strictObject({ kind: ChangeKind }),
    value: v.strictObject({
      order: v.nullable(v.string()),
      /** Why the order cannot be shown although there was one, in words. */
      orderNote: v.nullable(v.string()),
      receipt: v.nullable(v.string()),
    }),
  },
  /** What succeeded in lower environments before, and where this change can go from here. Fetched when shown. */
  'ran-before': { payload: v.strictObject({}), value: RanBeforeView },
  /** Copies the change to a connection of another environment, as an issue of the viewer's own. Asked twice: the same one. */
  'make-sibling': {
    payload: v.strictObject({ connection: ConnectionKey }),
    value: v.strictObject({ issueKey: v.string() }),
  },
  /** A link to the file that the change wrote: for this viewer, once, within minutes. */
  'export-link': { payload: v.strictObject({}), value: ExportLinkReply },
  /** Rows and server messages of one execution, for those allowed. */
  result: { payload: v.strictObject({ kind: ChangeKind }), value: ResultBody },
} as const;

type PanelCalls = typeof panelCalls;
export type PanelCallName = keyof PanelCalls;
export type PanelPayload<N extends PanelCallName> = v.InferInput<PanelCalls[N]['payload']>;
export type PanelValue<N extends PanelCallName> = v.InferOutput<PanelCalls[N]['value']>;

export const panelErrorCodes = [
  'bad-request',
  'not-set-up',
  'not-found',
  'not-allowed',
  'incomplete',
  'review-failed',
  'conflict',
  'stale-digest',
  'illegal',
  'jira-refused',
  'jira-unavailable',
  'busy',
  'internal',
] as const;
export type PanelErrorCode = (typeof panelErrorCodes)[number];

/** The one shape of every resolver's answer. */
export type Reply<T> =
  | { readonly ok: true; readonly value: T }
  | {
      readonly ok: false;
      readonly error: {
        readonly code: PanelErrorCode;
        /** For the person, in words. */
        readonly message: string;
        /** `conflict`: the stored draft. */
        readonly details?: unknown;
      };
    };
