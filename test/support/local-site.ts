import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import * as v from 'valibot';
import type { PanelCallName } from '#core/panel/contract';
import { transitions } from '#core/workflow/definition';
import type { TransitionKey } from '#core/workflow/steps';
import type { ExecutorOptions } from '../../executor/create-executor';
import { startEmbeddedPostgres } from '../../executor/embedded/launcher';
import { demoEnvironments, shopDatabase, type DemoEnvironment } from '../../executor/local/databases';
import { silentLog, type Log } from '../../executor/log';
import type { SeedUser } from '../../host/contract';
import { journey, type Journey } from '../../scripts/local/journey';
import { startLocalSite, type LocalSite } from '../../scripts/local/local-site';
import { approverGroup, people, seed, type Role } from '../../scripts/local/seed';
import { restAs } from '../../scripts/local/set-up-site';
import { createMovingClock, type MovingClock } from './moving-clock';
import { takeSlot } from './postgres';

const appDir = process.cwd();

/** An app's account in the approver group: it may do what a program may, which is not to approve. */
export const bot: SeedUser = {
  accountId: 'qc-bot-0001',
  displayName: 'Robo Approver',
  email: 'robo@example.com',
  accountType: 'app',
  groups: ['jira-users', approverGroup],
};

/** More people of the approver group, for tests of many writers. */
export function voters(count: number): SeedUser[] {
  return Array.from({ length: count }, (_, index) => ({
    accountId: `qc-voter-${index}`,
    displayName: `Voter ${index}`,
    email: `voter${index}@example.com`,
    accountType: 'atlassian',
    groups: ['jira-users', approverGroup],
  }));
}

/** Jira, Forge, the executor and PostgreSQL, with what tests do to them. */
export interface TestSite extends LocalSite {
  readonly by: Journey;
  readonly clock: MovingClock;
  /** Runs SQL as superuser in a shop database. */
  shop(environment: DemoEnvironment, sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
  /** How often a change with this mark was applied, and how many ledger rows say so. */
  applied(environment: DemoEnvironment, mark: string, issueId: string): Promise<Applied>;
  /** One panel call as any account, with the reply as it is. */
  callAs(
    accountId: string,
    issue: { id: string; key: string },
    name: PanelCallName,
    payload: object,
  ): Promise<unknown>;
  /** REST with a person's token. */
  rest(role: Role, method: string, path: string, body?: unknown): Promise<RestReply>;
  /** Resolves when the executor has stored a final receipt of an issue, or when the app has taken it. */
  executed(issueKey: string, what?: 'stored' | 'delivered'): Promise<void>;
  /** Makes a Jira transition over REST, as a board does. */
  transition(role: Role, issueKey: string, key: TransitionKey, comment?: string): Promise<RestReply>;
}

interface Applied {
  readonly marks: number;
  readonly applies: number;
  readonly rollbacks: number;
}

interface RestReply {
  readonly status: number;
  readonly body: unknown;
  /** All of Jira's words together. */
  readonly words: string;
}

const ErrorBody = v.object({
  errorMessages: v.optional(v.array(v.string()), []),
  errors: v.optional(v.record(v.string(), v.string()), {}),
});

/** Changes when something changes of what the executor prepares in a database. */
function sourcesHash(): string {
  const hash = createHash('sha256');
  for (const folder of ['executor/local', 'executor/shop', 'executor/postgres']) {
    const files = readdirSync(path.join(appDir, folder), { recursive: true, encoding: 'utf8' });
    for (const file of files.filter((name) => /\.(ts|sql)$/.test(name)).sort()) {
      hash.update(readFileSync(path.join(appDir, folder, file)));
    }
  }
  return hash.digest('hex');
}

/** Forgets the executions of an earlier run: databases are kept between runs because filling them takes seconds. */
async function emptyDatabases(dir: string): Promise<void> {
  const server = await startEmbeddedPostgres({ dataDir: path.join(dir, 'postgres') });
  const madeFrom = path.join(dir, 'made-from');
  const sources = sourcesHash();
  const stale = !existsSync(madeFrom) || readFileSync(madeFrom, 'utf8') !== sources;
  await withClient(server.superuserUrl('postgres'), async (client) => {
    await client.query('drop database if exists querychange_state with (force)');
    // It remembers the chain of the database that was dropped.
    rmSync(path.join(dir, 'executor', 'witness'), { recursive: true, force: true });
    if (stale) {
      for (const environment of demoEnvironments) {
        await client.query(`drop database if exists ${shopDatabase(environment)} with (force)`);
      }
      rmSync(path.join(dir, 'executor'), { recursive: true, force: true });
      writeFileSync(madeFrom, sources);
    }
    const { rowCount } = await client.query('select from pg_database where datname = $1', ['shop_prod']);
    if (!rowCount) return;
    for (const environment of demoEnvironments) {
      await withClient(server.superuserUrl(shopDatabase(environment)), async (shop) => {
        // Issue ids come again, and with them the ids of orders: a fence left behind would revoke another test's order.
        const { rows } = await shop.query<{ tables: string | null }>(
          `select string_agg(format('%I.%I', schemaname, tablename), ', ') as tables
           from pg_tables where schemaname = 'querychange'`,
        );
        if (rows[0]?.tables) await shop.query(`truncate ${rows[0].tables}`);
        await shop.query('drop table if exists shop.marks');
      });
    }
  });
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export interface TestSiteOptions {
  readonly executor?: ExecutorOptions;
  /** More approvers, beside the seeded two. */
  readonly voters?: number;
  /** False leaves the app account out of the approver group. */
  readonly bot?: boolean;
}

/** Starts a site that nobody else uses; `close` it in `afterAll`. */
export async function startTestSite(options: TestSiteOptions = {}): Promise<TestSite> {
  const { dir, release } = takeSlot('site');
  await emptyDatabases(dir);
  const clock = createMovingClock();
  const finals = createFinals();
  const executor: ExecutorOptions = { now: () => clock.now(), log: finals.log, ...options.executor };
  const site = await startLocalSite({
    appDir,
    dir,
    fresh: true,
    host: {
      clock,
      seed: {
        ...seed,
        users: [...seed.users, ...(options.bot === false ? [] : [bot]), ...voters(options.voters ?? 0)],
      },
    },
    executor,
  });
  const { host } = site;
  const shop: TestSite['shop'] = async (environment, sql, values) => {
    const url = site.databases.postgres.superuserUrl(shopDatabase(environment));
    return withClient(url, async (client) => (await client.query<Record<string, unknown>>(sql, values)).rows);
  };
  for (const environment of demoEnvironments) {
    await shop(
      environment,
      `create table shop.marks (mark text not null, secret text);
       grant select, insert, update, delete on shop.marks to shop_app_rw`,
    );
  }
  const callAs: TestSite['callAs'] = async (accountId, { id, key }, name, payload) =>
    host.resolverInvoke('query-change-panel', name, payload, accountId, {
      type: 'jira:issuePanel',
      issue: { id, key },
    });
  const rest: TestSite['rest'] = async (role, method, restPath, body) => {
    const response = await restAs(host, people[role].email, method, restPath, body);
    const text = await response.text();
    const json: unknown = text === '' ? undefined : JSON.parse(text);
    const errors = v.safeParse(ErrorBody, json);
    const words = errors.success
      ? [...errors.output.errorMessages, ...Object.values(errors.output.errors)].join(' ')
      : '';
    return { status: response.status, body: json, words };
  };
  return {
    ...site,
    clock,
    by: journey(host),
    shop,
    callAs,
    rest,
    executed: finals.reached,
    async applied(environment, mark, issueId) {
      const [row] = await shop(
        environment,
        `select (select count(*)::int from shop.marks where mark = $1) as marks,
           (select count(*)::int from querychange.ledger where issue_id = $2 and kind = 'apply') as applies,
           (select count(*)::int from querychange.ledger where issue_id = $2 and kind = 'rollback') as rollbacks`,
        [mark, issueId],
      );
      return v.parse(v.object({ marks: v.number(), applies: v.number(), rollbacks: v.number() }), row);
    },
    async transition(role, issueKey, key, comment) {
      const update = comment === undefined ? {} : { update: { comment: [{ add: { body: adf(comment) } }] } };
      const body = { transition: { id: transitions[key].id }, ...update };
      return rest(role, 'POST', `/rest/api/3/issue/${issueKey}/transitions`, body);
    },
    async close() {
      await site.close();
      release();
    },
  };
}

/** Hears the executor's log for final receipts, so that a test can wait for them without asking again and again. */
function createFinals(): { log: Log; reached: TestSite['executed'] } {
  const issues = new Map<string, string>();
  const heard = new Set<string>();
  let wake = (): void => undefined;
  let next = new Promise<void>((resolve) => (wake = resolve));
  return {
    log: {
      ...silentLog,
      info(event, fields) {
        const jti = String(fields?.['jti']);
        if (event === 'final') {
          issues.set(jti, String(fields?.['issue']));
          heard.add(`stored ${issues.get(jti) ?? ''}`);
        } else if (event === 'receipt-delivered') heard.add(`delivered ${issues.get(jti) ?? ''}`);
        const wakeNow = wake;
        next = new Promise<void>((resolve) => (wake = resolve));
        wakeNow();
      },
    },
    async reached(issueKey, what = 'stored') {
      while (!heard.has(`${what} ${issueKey}`)) await next;
    },
  };
}

function adf(text: string): object {
  return { type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] };
}
