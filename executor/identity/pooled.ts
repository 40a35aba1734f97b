import { randomUUID } from 'node:crypto';
import { escapeLiteral, type PoolClient } from 'pg';
import type { ConnectionConfig } from '../config';
import { faultFields, type Log } from '../log';
import { openPool } from '../postgres/pool';
import { createIdle, type Kept } from './idle-sessions';
import { serverTraits, urlFor } from './logins';
import { openPoolLogins, poolLoginsOf, sealPoolLogins } from './pool-logins';
import { endSessions } from './remove-logins';
import { randomPassword, scramVerifier } from './scram';
import type { Execution, Purpose, Session, Sessions } from './session';
import { warmingSql } from './warming';
import { wipe } from './wiping';

/** What binds a session to an attempt, committed before anything of the attempt; it need not outlive a crash of the server. */
function binding(opening: string, execution: Execution | null): readonly string[] {
  const who = execution === null ? 'null, null' : `${escapeLiteral(execution.jti)}, ${execution.attempt}`;
  return [
    'begin',
    'set local role none',
    'set local synchronous_commit = off',
    `select querychange.bind_login(${escapeLiteral(opening)}, ${who})`,
    'commit',
  ];
}

/** Default roles that an earlier change has given its own login, as statements that take them away. Only the login itself can. */
const roleResets = `
  select pg_catalog.format('alter role %I%s reset role', session_user, ' in database ' || pg_catalog.quote_ident(d.datname)) as sql,
    pg_catalog.format('alter role %I reset role', session_user) as everywhere, d.datname is null as all
  from pg_catalog.pg_db_role_setting s left join pg_catalog.pg_database d on d.oid = s.setdatabase
  where s.setrole = (select oid from pg_catalog.pg_roles where rolname = session_user)
    and exists (select from pg_catalog.unnest(s.setconfig) c where c like 'role=%')`;

/** Fails when the session began with such a role; the next one of this login does not. */
async function refuseOtherRole(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ sql: string; everywhere: string; all: boolean }>(roleResets);
  if (rows.length === 0) return;
  await client.query('set role none');
  for (const { sql, everywhere, all } of rows) await client.query(all ? everywhere : sql);
  throw new Error('an earlier change has given its login another role to begin as');
}

/**
 * Sessions of logins that are there already, each for one execution at a time. `url` opens and closes their doors through
 * functions of the database, makes none, and never runs approved text. A session serves another execution only when the text
 * leaves nothing in it as far as it shows, and nothing is found in it after it was wiped; else it is thrown away, and its login
 * is opened again with another password when the session is gone.
 */
export function openPooledSessions(
  config: Pick<ConnectionConfig, 'url' | 'role' | 'key' | 'writable'>,
  options: {
    readonly logins: number;
    readonly ready: number;
    readonly answerWithinMs: number;
    readonly halted: () => boolean;
    readonly log: Log;
  },
): Sessions {
  const { url, role, key: connection } = config;
  const { answerWithinMs, log } = options;
  const admin = openPool(url, {
    max: 2,
    name: 'query-change-logins',
    answerWithinMs: 30_000,
    ours: true,
  });
  let traits: { readonly watches: boolean } | null = null;
  /** False where code of this database may remember what no wiping reaches. */
  let keepable = true;

  /** Comes in with a login whose door is open. */
  const comeIn = async (name: string, password: string, opening: string): Promise<Kept> => {
    const pool = openPool(urlFor(url, name, password), { max: 1, name: 'query-change', answerWithinMs });
    const close = (): void => void pool.end().catch(() => undefined);
    try {
      const client = await pool.connect();
      return {
        client,
        opening,
        discard() {
          client.release(true);
          close();
        },
      };
    } catch (error) {
      close();
      throw error;
    }
  };
  const canBeKept = async (client: PoolClient): Promise<boolean> => {
    const left = await wipe(client, { first: true });
    if (left !== null && keepable) log.warn('sessions-not-kept', { connection, left });
    return left === null;
  };
  /** Opens, enters and closes as many logins as there are free, at most so many. */
  const make = async (count: number): Promise<readonly Kept[]> => {
    const { watches: watched } = (traits ??= await serverTraits(admin));
    const passwords = Array.from({ length: count }, randomPassword);
    const opening = randomUUID();
    const verifiers = passwords.map((password) => scramVerifier(password));
    const names = await openPoolLogins(admin, { role, opening, verifiers, watched });
    const tried = await Promise.allSettled(
      names.map(async (name, at) => comeIn(name, passwords[at] ?? '', opening)),
    );
    const made = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    try {
      const failed = tried.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
      if (names.length > 0) await sealPoolLogins(admin, opening, names);
      await Promise.all(
        made.map(async ({ client }) => {
          await refuseOtherRole(client);
          await client.query(warmingSql(config));
        }),
      );
      const [some] = made;
      if (some) keepable = await canBeKept(some.client);
      return made;
    } catch (error) {
      for (const one of made) one.discard();
      throw error;
    }
  };
  const idle = createIdle({
    most: options.logins,
    ready: options.ready,
    make,
    wanted: () => !options.halted(),
    fault: (error) => log.warn('no-pool-logins', { connection, ...faultFields(error) }),
  });

  /** Whether a session may serve another execution; it is wiped then. */
  const isClean = async (client: PoolClient, open: boolean): Promise<boolean> => {
    try {
      const left = await wipe(client, { open });
      if (left !== null) log.info('session-not-kept', { connection, left });
      return left === null;
    } catch (error) {
      log.info('session-not-kept', { connection, ...faultFields(error) });
      return false;
    }
  };
  const sessionOf = (kept: Kept, preamble: readonly string[], leavesNothing: boolean): Session => {
    let ended = false;
    return {
      client: kept.client,
      preamble,
      sealed: Promise.resolve(),
      end(how) {
        if (ended) return;
        ended = true;
        const keep = how !== 'broken' && leavesNothing && keepable;
        const clean = keep ? isClean(kept.client, how === 'open') : Promise.resolve(false);
        void clean.then((yes) => idle.giveBack(kept, yes));
      },
    };
  };
  const fence = async (jti: string, attempt: number): Promise<void> => {
    const names = await poolLoginsOf(admin, jti, attempt);
    if (names.length > 0) await endSessions(admin, names);
  };

  return {
    async open(execution: Execution, purpose: Purpose): Promise<Session> {
      if (execution.attempt > 1 && purpose === 'run') await fence(execution.jti, execution.attempt - 1);
      const kept = await idle.take();
      const { leavesNothing } = execution;
      if (purpose === 'run') return sessionOf(kept, binding(kept.opening, execution), leavesNothing);
      // Asking again begins nothing; who asks sends messages of its own.
      try {
        await kept.client.query(binding(kept.opening, null).join(';\n'));
      } catch (error) {
        idle.giveBack(kept, false);
        throw error;
      }
      return sessionOf(kept, [], leavesNothing);
    },
    async fence({ jti, attempt }) {
      await fence(jti, attempt);
      return 'gone';
    },
    warm: async () => idle.refill(),
    leftovers: () => ({ swept: 0, left: 0 }),
    async close() {
      await idle.close();
      await admin.end();
    },
  };
}
