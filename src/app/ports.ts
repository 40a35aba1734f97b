import type { DraftContent } from '#core/change/content';
import type { DigestInput } from '#core/change/digest';
import type { LedgerEvent } from '#core/change/event';
import type { LedgerHead } from '#core/change/ledger';
import type { ChangeState } from '#core/change/state';
import type { IndexStep } from '#core/change/open-change';
import type { ChangeStatus } from '#core/change/status';
import type { DraftVerdict } from '#core/change/verdict';
import type { EvidenceEntry, EvidencePlace } from '#core/evidence/entry';
import type { PersonFacts } from '#core/policy/eligibility';
import type { IndexProperty } from '#core/property/index-property';
import type { ResultProperty } from '#core/property/result-property';
import type { PrivateJwk } from '#core/protocol/jwk';
import type { ChangeKind, ExecutionKind } from '#core/protocol/attempt';
import type { OrderClaims } from '#core/protocol/order';
import type { ExportLinkReply } from '#core/protocol/export';
import type { PreflightReply, PreflightRequest } from '#core/protocol/preflight';
import type { SnapshotReply, SnapshotRequest } from '#core/protocol/snapshot';
import type { ConnectionsReply, ErrorReply, ExecutionReply } from '#core/protocol/transport';
import type { Result } from '#core/result';
import type { GroupRef, Settings } from '#core/settings/settings';
import type { SettingsDifference } from '#core/settings/differences';
import type { SettingsActor, SettingsEvent } from '#core/settings/settings-event';
import type { SchemaSnapshot } from '#core/sql/facts/schema-snapshot';
import type { ReviewConfig } from '#core/sql/review/config';
import type { StoredConfig } from '#core/sql/review/read-config';
import type { TransitionKey } from '#core/workflow/steps';

/** What the use cases need of the world. `src/forge/compose.ts` builds it from adapters; tests may build their own. */
export interface Ports {
  readonly ledger: Ledger;
  readonly drafts: Drafts;
  readonly archive: Archive;
  readonly dryRuns: DryRuns;
  readonly evidence: EvidenceIndex;
  readonly siblings: Siblings;
  readonly executions: Executions;
  readonly snapshots: Snapshots;
  readonly openChanges: OpenChanges;
  readonly settings: SettingsStore;
  readonly reviewConfigs: ReviewConfigs;
  readonly mirrorRounds: MirrorRounds;
  readonly keys: Keys;
  readonly jira: Jira;
  readonly executor: Executor;
  readonly queue: DispatchQueue;
  readonly signals: Signals;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** A fresh random id, at least 128 bits. */
  readonly newId: () => string;
  /** accountId of the app's own Jira user. */
  readonly appAccountId: () => Promise<string>;
  readonly log: Log;
}

/**
 * What workflow rules and event triggers have: no key and no executor, so that their bundle carries no cryptography and
 * starts fast; of the rest what they call and no more, for its size. No realtime signal: open panels hear of a bare
 * transition when the execution reports, or when they get the focus.
 */
export interface RulePorts extends Pick<Ports, 'queue' | 'clock' | 'log'>, Partial<Pick<Ports, 'signals'>> {
  readonly ledger: RuleLedger;
  readonly drafts: Pick<Drafts, 'read'>;
  readonly executions: Pick<Executions, 'read'>;
  readonly settings: SettingsReader;
  readonly jira: Omit<Jira, 'readIndexes'>;
}

/** What the ledger validator has: somebody waits for its answer, and it only reads. */
export interface ValidatorPorts extends Pick<RulePorts, 'drafts' | 'settings' | 'clock'> {
  readonly ledger: Pick<Ledger, 'read' | 'issueIdOf'>;
  readonly jira: Pick<Jira, 'issueId' | 'displayName'>;
}

/** Structured log line; never SQL text, never a secret. */
export type Log = (
  message: string,
  facts?: Readonly<Record<string, string | number | boolean | null>>,
) => void;

/** A change's head and the state folded up to it. */
export interface LedgerSnapshot {
  readonly head: LedgerHead;
  readonly state: ChangeState;
}

/** Hash-chained events per issue id, read by key, never by query. */
export interface RuleLedger {
  read(issueId: string): Promise<LedgerSnapshot>;
  /**
   * Appends `events` if the head is still `expected`; otherwise changes nothing and answers false.
   * `extras` are written in the same transaction.
   */
  commit(
    issueId: string,
    expected: LedgerHead,
    next: LedgerSnapshot,
    events: readonly LedgerEvent[],
    extras: Extras,
    /** What becomes of its entry in the index of open changes. */
    index: IndexStep,
  ): Promise<boolean>;
  events(issueId: string, head: LedgerHead): Promise<LedgerEvent[]>;
  /** Leaves such a mark without a commit: Jira is compared with the ledger at a later sweep. `at`: ISO time. */
  lookAgain(issueId: string, seq: number, at: string): Promise<void>;
  /** Every commit that is not quiet leaves a mark until Jira shows it; this takes the mark away. */
  shown(issueId: string, seq: number): Promise<void>;
  /** Issue id of a key, if this app has seen the issue. */
  issueIdOf(issueKey: string): Promise<string | undefined>;
  /** Forgets the issue's key (deleted or moved); ledger events stay. */
  forgetKey(issueKey: string): Promise<void>;
}

/** The ledger with what only the sweep asks. */
interface Ledger extends RuleLedger {
  /** Marks left before `before` (ISO time): what a crash or a silent Jira kept from being shown. */
  unshown(before: string, limit: number): Promise<MirrorMark[]>;
}

/** A commit that Jira may not show yet. */
export interface MirrorMark {
  readonly issueId: string;
  readonly seq: number;
  readonly at: string;
}

/** Runs that may be evidence, by the layout of their SQL and their environment. Gets are strongly consistent. */
export interface EvidenceIndex {
  find(place: EvidencePlace): Promise<readonly EvidenceEntry[]>;
  /** With the version that an update starts from; 0: there is none yet. */
  read(
    place: EvidencePlace,
  ): Promise<{ readonly version: number; readonly entries: readonly EvidenceEntry[] }>;
}

/** A new list for a place, if its version is still `version`; else the whole commit is tried again. */
export interface EvidenceUpdate {
  readonly place: EvidencePlace;
  readonly version: number;
  readonly entries: readonly EvidenceEntry[];
}

/** Records written together with ledger events, so that neither exists without the other. */
export interface Extras {
  readonly revision?: DigestInput;
  readonly order?: StoredOrder;
  readonly receipt?: StoredReceipt;
  readonly evidence?: EvidenceUpdate;
  readonly execution?: AnyExecution;
  /** Key of the issue, for the index of open changes. */
  readonly issueKey?: string;
  /** Texts of the latest dry run; the next one takes their place. */
  readonly dryRun?: DryRunTexts;
  /** True: nothing that Jira shows changes by this. */
  readonly quiet?: boolean;
}

/** What is kept of the latest dry run of a change: what it was of, its order, and what came of it. */
interface DryRunTexts {
  readonly content?: DigestInput;
  readonly order?: StoredOrder;
  readonly receipt?: StoredDelivery;
}

/** A draft as stored. */
export interface StoredDraft {
  readonly version: number;
  readonly content: DraftContent;
  readonly savedAt: string;
  readonly savedBy: string;
  /** Everyone who ever saved this draft: none of them may approve it. */
  readonly editors: readonly string[];
  /** What the review says of exactly this content; null: it was saved where nothing can review it. */
  readonly verdict: DraftVerdict | null;
}

export interface Drafts {
  read(issueId: string): Promise<StoredDraft | undefined>;
  /** Stores `draft` if the stored version is still `draft.version - 1`; answers false when it moved. */
  save(issueId: string, issueKey: string, draft: StoredDraft): Promise<boolean>;
}

/**
 * Order claims without their content (the revision has it). `iat` and `exp` are those of the first signing: signing is
 * deterministic, so the order that was sent can be shown again without storing it a second time.
 */
export interface StoredOrder extends Omit<OrderClaims, 'content'> {
  /** Thumbprint of the app's key that it was first signed with. Not a claim. */
  readonly kid: string;
}

/** A receipt with its result body, as taken. */
export interface StoredDelivery {
  readonly jti: string;
  /** Compact JWS. */
  readonly receipt: string;
  /** JSON text of the result body, or null. */
  readonly result: string | null;
}

export interface StoredReceipt extends StoredDelivery {
  readonly issueId: string;
  readonly kind: ChangeKind;
}

/** Immutable texts: revisions, orders, receipts, result bodies. */
export interface Archive {
  revision(issueId: string, revision: number): Promise<DigestInput | undefined>;
  order(jti: string): Promise<StoredOrder | undefined>;
  receipt(jti: string): Promise<StoredReceipt | undefined>;
}

/** Texts of the latest dry run of each change. */
export interface DryRuns {
  content(issueId: string): Promise<DigestInput | undefined>;
  order(issueId: string): Promise<StoredOrder | undefined>;
  receipt(issueId: string): Promise<StoredDelivery | undefined>;
}

/** What is known of the kept schema snapshot of a connection, without its body. */
export interface SnapshotHead {
  /** Id of the executor that told it. */
  readonly executor: string;
  /** Digest of the body; proved when it was kept. */
  readonly digest: string;
  /** When its catalogues were read, and when the executor last said that they are still so. ISO times. */
  readonly takenAt: string;
  readonly askedAt: string;
}

/** The latest schema snapshot of each connection. A cache: whatever is missing is asked for again. */
export interface Snapshots {
  head(connection: string): Promise<SnapshotHead | undefined>;
  /** The body that a head names; undefined when it is not kept any more. */
  body(connection: string, head: SnapshotHead): Promise<SchemaSnapshot | undefined>;
  /** Keeps a head, and the body with this digest; null: the body is kept already. False when the body is too large. */
  keep(connection: string, head: SnapshotHead, body: SchemaSnapshot | null): Promise<boolean>;
  forget(connections: readonly string[]): Promise<void>;
}

type ExecutionPhase = 'claimed' | 'queued' | 'sent' | 'waiting' | 'final';

/** The dispatch record of one (issue, revision, kind); the sweep finds open ones by index. */
export interface Execution<K extends ExecutionKind = ChangeKind> {
  readonly issueId: string;
  readonly issueKey: string;
  readonly revision: number;
  readonly kind: K;
  readonly jti: string;
  readonly try: number;
  readonly phase: ExecutionPhase;
  /** Words for the panel while waiting. */
  readonly note: string | null;
  readonly updatedAt: string;
}

/** A dispatch record of any kind; its kind tells which. */
export type AnyExecution = Execution | Execution<'dry-run'>;

export interface Executions {
  read<K extends ExecutionKind>(
    issueId: string,
    revision: number,
    kind: K,
  ): Promise<Execution<K> | undefined>;
  save(execution: AnyExecution): Promise<void>;
  /** At most `limit` executions that are not final, oldest first. Eventually consistent. */
  open(limit: number): Promise<AnyExecution[]>;
}

/** Goes round all changes, a page at a time, so that every mirror is compared with its ledger in the end. */
export interface MirrorRounds {
  /** The next issue ids, at most `limit`; each period of `pauseMs` has one page, for the first caller. */
  next(limit: number, nowMs: number, pauseMs: number): Promise<string[]>;
}

/** The settings for those that only read them. */
export interface SettingsReader {
  read(): Promise<Settings>;
}

/** The settings, whose every change is kept: who, when, and the difference. */
export interface SettingsStore extends SettingsReader {
  /**
   * Changes the settings. `update` may be asked several times (another admin came first) and must decide from what it is
   * given alone; when it changes nothing, nothing is written. Answers the settings as they are now.
   */
  change(
    by: SettingsActor,
    update: (settings: Settings) => Settings,
    extras?: SettingsExtras,
  ): Promise<Settings>;
  /** The latest changes before the one numbered `before` (null: all), newest first, and whether their chain holds. */
  history(before: number | null, limit: number): Promise<SettingsHistory>;
}

/** What is written in the transaction that changes the settings, and only if it does. */
export interface SettingsExtras {
  /** The configuration of the review rules that the settings name from now on. */
  readonly reviewConfig: StoredConfig | null;
  /** What differs in it; joins the differences of the settings in the ledger. */
  readonly differences: readonly SettingsDifference[];
}

/** An entry of the index of open changes. */
interface OpenChange {
  readonly issueId: string;
  /** Empty when it is not known. */
  readonly issueKey: string;
  /** Names of the tables that it touches, without their schemas; null when not all are known. */
  readonly tables: readonly string[] | null;
}

/** The index of changes that may still run. Eventually consistent: who it names is asked for where it stands. */
export interface OpenChanges {
  /** The latest at most `limit` on a connection. */
  on(
    connection: string,
    limit: number,
  ): Promise<{ readonly changes: readonly OpenChange[]; readonly more: boolean }>;
}

/** Configurations of the review rules, each under its digest; none is ever changed. */
export interface ReviewConfigs {
  /** @throws Error when there is none under this digest, or another text */
  read(digest: string): Promise<ReviewConfig>;
}

interface SettingsHistory {
  readonly events: readonly SettingsEvent[];
  /** True when there are older ones. */
  readonly more: boolean;
  /** Null when the hash chain holds over these; else where and how it is broken, in words. */
  readonly problem: string | null;
}

export interface Keys {
  /** The app's signing key; made at the first call. */
  signingKey(): Promise<PrivateJwk>;
  /** The key that will follow it, while the app's key rotates. */
  nextKey(): Promise<PrivateJwk | undefined>;
  /** The next key; made when there is none. */
  prepareNext(): Promise<PrivateJwk>;
  /** Makes the next key the signing key; the old private key is gone then. False when `kid` is not the next key. */
  promoteNext(kid: string): Promise<boolean>;
  discardNext(): Promise<void>;
}

/** Jira refused or did not answer. */
export interface JiraRefusal {
  readonly status: number;
  /** Jira's own words. */
  readonly message: string;
}

/** Values of the read-only fields. */
export interface FieldValues {
  readonly author?: string | null;
  readonly approverGroup?: string | null;
  readonly connection?: string | null;
  readonly approvals?: string | null;
  readonly outcome?: string | null;
  readonly risk?: string | null;
}

/** A paragraph of a comment: text and mentions. */
export type CommentPart = { readonly text: string } | { readonly mention: string };

/** Jira, as far as changes need it. Methods retry 409 and 429; they throw only when Jira does not answer. */
export interface Jira {
  /** The viewer's own act. Needs an invocation that has a user. */
  transitionAsUser(issueId: string, key: TransitionKey): Promise<Result<void, JiraRefusal>>;
  transitionAsApp(issueId: string, key: TransitionKey): Promise<Result<void, JiraRefusal>>;
  /** Our status of the issue; undefined when it is in a status that is not ours, null when the issue is gone. */
  status(issueId: string): Promise<ChangeStatus | undefined | null>;
  issueId(issueKey: string): Promise<string | undefined>;
  writeIndex(issueId: string, property: IndexProperty): Promise<void>;
  writeResult(issueId: string, property: ResultProperty): Promise<void>;
  /** The index properties that Jira shows now, by issue id; an issue without one has none in the map. One call. */
  readIndexes(issueIds: readonly string[]): Promise<ReadonlyMap<string, unknown>>;
  writeFields(issueId: string, values: FieldValues): Promise<void>;
  comment(issueId: string, parts: readonly CommentPart[]): Promise<void>;
  commentText(issueId: string, commentId: string): Promise<string>;
  /** What Jira says of a person now; undefined when there is no such account. */
  person(accountId: string, issueId: string): Promise<PersonFacts | undefined>;
  mayEdit(accountId: string, issueId: string): Promise<boolean>;
  /** Active people of a group, at most `limit`; null when there are more. */
  members(groupId: string, limit: number): Promise<string[] | null>;
  /** The name that people know an account by; undefined when there is no such account. */
  displayName(accountId: string): Promise<string | undefined>;
}

/** What the panel does in Jira as its viewer, with their rights alone. */
export interface UserJira {
  summary(issueId: string): Promise<Result<string, JiraRefusal>>;
  createIssue: AdminJira['createIssue'];
  /** "Relates", from one issue key to another. */
  linkIssues(from: string, to: string): Promise<Result<undefined, JiraRefusal>>;
}

/** An issue that a change was copied to. */
export interface SiblingIssue {
  readonly id: string;
  readonly key: string;
}

/** Copies of changes for other environments, each made once. */
export interface Siblings {
  read(
    key: string,
  ): Promise<
    { readonly token: string; readonly at: string; readonly issue: SiblingIssue | null } | undefined
  >;
  /** Takes the right to make it, if it is still held by `before` (null: by nobody). */
  claim(key: string, before: string | null, claim: { token: string; at: string }): Promise<boolean>;
  finish(key: string, token: string, issue: SiblingIssue): Promise<void>;
  release(key: string, token: string): Promise<void>;
}

/** What only the admin page asks of Jira. */
export interface AdminJira {
  /** A group as it is called now; undefined when Jira knows none of this id. */
  group(groupId: string): Promise<GroupRef | undefined>;
  /** Active people of a group, at most `limit`; null when there are more, undefined when Jira does not know the group. */
  membersOf(groupId: string, limit: number): Promise<string[] | null | undefined>;
  /** Creates an issue as the admin who asks for it. */
  createIssue(wish: {
    projectId: string;
    issueTypeId: string;
    summary: string;
  }): Promise<Result<{ id: string; key: string }, JiraRefusal>>;
}

/** Answer of the executor: a reply, a coded refusal, or silence. */
export type ExecutorAnswer<T> =
  | { readonly kind: 'reply'; readonly value: T }
  | { readonly kind: 'refusal'; readonly status: number; readonly error: ErrorReply }
  | { readonly kind: 'silence'; readonly message: string };

export interface Executor {
  /** Sends a compact order. */
  submit(executorId: string, order: string): Promise<ExecutorAnswer<ExecutionReply>>;
  ask(executorId: string, jti: string): Promise<ExecutorAnswer<ExecutionReply>>;
  /** `stopRunning`: end it before COMMIT, also when it runs. */
  revoke(
    executorId: string,
    jti: string,
    connection: string,
    stopRunning?: boolean,
  ): Promise<ExecutorAnswer<ExecutionReply>>;
  /** Asks what the executor can say of a change before anybody has approved it. */
  preflight(executorId: string, request: PreflightRequest): Promise<ExecutorAnswer<PreflightReply>>;
  /** Asks what the database of a connection looks like. */
  snapshot(executorId: string, request: SnapshotRequest): Promise<ExecutorAnswer<SnapshotReply>>;
  /** Asks for a link to the file that an execution wrote, for a person who was checked just now. */
  exportLink(executorId: string, jti: string, accountId: string): Promise<ExecutorAnswer<ExportLinkReply>>;
  /** `signedWith`: a key to prove with instead of the app's current one. */
  connections(executorId: string, signedWith?: PrivateJwk): Promise<ExecutorAnswer<ConnectionsReply>>;
  /** Sends the one-time token; answers the compact enrolment JWS. */
  enrol(
    executorId: string,
    token: string,
    receiptUrl: string,
  ): Promise<ExecutorAnswer<{ enrolment: string }>>;
}

/** Ids only: content never travels in queue events. */
export interface Dispatch<K extends ExecutionKind = ExecutionKind> {
  readonly issueId: string;
  readonly revision: number;
  readonly kind: K;
  readonly jti: string;
}

export interface DispatchQueue {
  push(dispatch: Dispatch, delaySeconds: number): Promise<void>;
}

/** Tells open panels that something changed; best effort, carries no content. */
export interface Signals {
  changed(issueId: string, seq: number): Promise<void>;
}
