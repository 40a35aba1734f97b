import { randomUUID } from 'node:crypto';
import * as v from 'valibot';
import type { DraftContent } from '#core/change/content';
import type { ChangeView } from '#core/panel/view';
import type { Role } from '../../scripts/local/seed';
import type { TestSite } from './local-site';

/** One change of a test: where it is, what it leaves in the database, and the digest under review. */
export interface TestChange {
  readonly id: string;
  readonly key: string;
  readonly digest: string;
  /** Row of `shop.marks` that the change inserts, once per application. */
  readonly mark: string;
  readonly content: DraftContent;
}

/** A change that leaves one mark, and whose rollback removes it. */
export function markContent(mark: string, wish: Partial<DraftContent> = {}): DraftContent {
  return {
    connection: 'shop-dev',
    sql: `INSERT INTO marks (mark) VALUES ('${mark}');`,
    rollback: `DELETE FROM marks WHERE mark = '${mark}';`,
    reason: 'A test needs it.',
    rowBudget: '',
    verification: '',
    automaticRollback: false,
    exportFormat: null,
    ...wish,
  };
}

/** Creates an issue with a saved draft. */
export async function drafted(
  site: TestSite,
  wish: Partial<DraftContent> = {},
  author: Role = 'developer',
): Promise<Omit<TestChange, 'digest'> & { readonly version: number }> {
  const mark = `mark-${randomUUID()}`;
  const content = markContent(mark, wish);
  const { id, key } = await site.by.create(author, `Change ${mark}`);
  const { version } = await site.by.must(author, key, 'save-draft', { baseVersion: 0, content });
  return { id, key, mark, content, version };
}

/** A change in review. */
export async function submitted(
  site: TestSite,
  wish: Partial<DraftContent> = {},
  author: Role = 'developer',
): Promise<TestChange> {
  const { version, ...draft } = await drafted(site, wish, author);
  await site.by.must(author, draft.key, 'submit', { version });
  return { ...draft, digest: await digestOf(site, draft.key) };
}

/** A change that everybody needed has approved. */
export async function approved(
  site: TestSite,
  wish: Partial<DraftContent> = {},
  author: Role = 'developer',
): Promise<TestChange> {
  const change = await submitted(site, wish, author);
  await approveAll(site, change);
  return change;
}

/** Lets approvers vote until the quorum is reached and Jira shows it. */
export async function approveAll(site: TestSite, change: Pick<TestChange, 'key' | 'digest'>): Promise<void> {
  for (const role of ['firstApprover', 'secondApprover'] as const) {
    const view = await site.by.must(role, change.key, 'view', {});
    if (view.status !== 'in-review') break;
    await site.by.must(role, change.key, 'approve', { digest: change.digest, comment: '' });
  }
  await site.by.untilStatus(change.key, ['Approved']);
}

/** Runs an approved change as its author and waits for one of `names`. */
export async function ran(
  site: TestSite,
  change: TestChange,
  names: readonly string[] = ['Succeeded'],
): Promise<void> {
  await site.by.must('developer', change.key, 'run', { digest: change.digest });
  await site.by.untilStatus(change.key, names);
  await site.host.idle();
}

/** A change that ran. */
export async function succeeded(site: TestSite, wish: Partial<DraftContent> = {}): Promise<TestChange> {
  const change = await approved(site, wish);
  await ran(site, change);
  return change;
}

/** Digest of the revision under review. */
export async function digestOf(site: TestSite, key: string): Promise<string> {
  const { revision } = await site.by.must('developer', key, 'view', {});
  if (!revision) throw new Error(`${key} has no revision`);
  return revision.digest;
}

/** What the panel shows to the author. */
export async function viewOf(site: TestSite, key: string, role: Role = 'developer'): Promise<ChangeView> {
  return site.by.must(role, key, 'view', {});
}

/** The ledger in words; fails when the chain does not verify. */
export async function history(site: TestSite, key: string): Promise<string[]> {
  const { entries, intact, problem } = await site.by.must('auditor', key, 'timeline', {});
  if (!intact) throw new Error(`the ledger of ${key} is broken: ${problem ?? ''}`);
  return entries.map(({ words }) => words);
}

/** Statuses that Jira's history shows an issue to have entered, oldest first. */
export async function statusesOf(site: TestSite, key: string): Promise<string[]> {
  const { values } = await site.by.rest(
    'auditor',
    'GET',
    `/rest/api/3/issue/${key}/changelog?maxResults=100`,
    v.object({
      values: v.array(
        v.object({
          created: v.string(),
          items: v.array(v.object({ field: v.string(), toString: v.nullable(v.string()) })),
        }),
      ),
    }),
  );
  const entered = values.flatMap(({ items }) =>
    items.filter(({ field }) => field === 'status').map((item) => item.toString ?? ''),
  );
  return entered;
}

/** Texts of an issue's comments with the accounts they mention, oldest first. */
export async function commentsOf(
  site: TestSite,
  key: string,
): Promise<{ text: string; mentions: string[] }[]> {
  const { comments } = await site.by.rest(
    'auditor',
    'GET',
    `/rest/api/3/issue/${key}/comment?maxResults=100`,
    v.object({ comments: v.array(v.object({ body: v.unknown() })) }),
  );
  return comments.map(({ body }) => {
    const json = JSON.stringify(body);
    return {
      text: [...json.matchAll(/"text":"((?:[^"\\]|\\.)*)"/g)].map(([, text]) => text).join(''),
      mentions: [...json.matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id ?? ''),
    };
  });
}
