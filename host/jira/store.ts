import type { Clock } from './clock';
import type { FaultPlan, InstalledApp } from '../contract';
import type { FieldRecord, IssueRecord, ProjectRecord, SiteState, UserRecord } from './entities';

/** The running site: its state and what the routes and engines need around it. */
export interface Jira {
  state: SiteState;
  readonly clock: Clock;
  readonly baseUrl: string;
  readonly faults: FaultPlan;
  app: InstalledApp | undefined;
  /** How far the search index lags behind writes, in milliseconds. */
  indexDelayMs: number;
  /** Copies of issues that searches still see while the index lags; newest last. `doc` null is a deletion. */
  indexQueue: { issueId: string; dueAt: number; doc: IssueRecord | null }[];
  indexed: Map<string, IssueRecord>;
  readonly listeners: Set<(issueId: string) => void>;
}

/** A fresh id. Jira counts per kind; 10000 to 10099 are what a new site already has. */
export function nextId(jira: Jira, kind: string): string {
  const next = (jira.state.counters[kind] ?? 10_099) + 1;
  jira.state.counters[kind] = next;
  return String(next);
}

/** The current time as ISO 8601. */
export const nowIso = (jira: Jira): string => new Date(jira.clock.now()).toISOString();

/** A time as Jira's REST API writes it: `2026-11-21T09:16:36.000+0000`. */
export const jiraTime = (iso: string): string => iso.replace('Z', '+0000');

/** Absolute address of a REST resource. */
export const selfLink = (jira: Jira, path: string): string => `${jira.baseUrl}/rest/api/3/${path}`;

/** The record with this id. */
export function byId<T extends { id: string }>(records: readonly T[], id: string): T | undefined {
  return records.find((record) => record.id === id);
}

/** A record that must exist because the state refers to it. */
export function mustById<T extends { id: string }>(records: readonly T[], id: string): T {
  const record = byId(records, id);
  if (!record) throw new Error(`host/jira: dangling reference to ${id}`);
  return record;
}

/** The user with this account id. */
export const userById = (jira: Jira, accountId: string | undefined): UserRecord | undefined =>
  jira.state.users.find((user) => user.accountId === accountId);

/** The project with this id or key. */
export function projectByIdOrKey(jira: Jira, idOrKey: string): ProjectRecord | undefined {
  const key = idOrKey.toUpperCase();
  return jira.state.projects.find((project) => project.id === idOrKey || project.key === key);
}

/** Issues of one state by id and by key, as far as `length`. */
interface IssueIndex {
  length: number;
  readonly byName: Map<string, IssueRecord>;
}
const issueIndexes = new WeakMap<readonly IssueRecord[], IssueIndex>();

/** The index of the issues; issues that were appended since join it, and a list that shrank is read anew. */
function issueIndex(issues: readonly IssueRecord[]): IssueIndex {
  let index = issueIndexes.get(issues);
  if (!index || index.length > issues.length) {
    index = { length: 0, byName: new Map() };
    issueIndexes.set(issues, index);
  }
  for (; index.length < issues.length; index.length += 1) {
    const issue = issues[index.length];
    if (!issue) break;
    index.byName.set(issue.id, issue);
    index.byName.set(issue.key, issue);
  }
  return index;
}

/** The issue with this id or key, whoever asks. Ids are digits, keys are not, so one map holds both. */
export const issueByIdOrKey = (jira: Jira, idOrKey: string): IssueRecord | undefined =>
  issueIndex(jira.state.issues).byName.get(idOrKey.toUpperCase());

/** The field with this id or (Forge) key. */
export const fieldByIdOrKey = (jira: Jira, idOrKey: string): FieldRecord | undefined =>
  jira.state.fields.find((field) => field.id === idOrKey || field.key === idOrKey);
