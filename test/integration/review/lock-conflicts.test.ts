import { Client } from 'pg';
import { locksConflict } from '#core/sql/locks/conflicts';
import { lockModes } from '#core/sql/locks/modes';
import { startTestServer } from '../../support/postgres';

test('two modes conflict exactly where PostgreSQL makes the second session wait', async () => {
  const server = await startTestServer();
  const sessions = [0, 1].map(
    () => new Client({ connectionString: server.postgres.superuserUrl('postgres') }),
  );
  const [first, second] = sessions;
  if (!first || !second) throw new Error('two sessions are needed');
  try {
    await Promise.all(sessions.map(async (session) => session.connect()));
    await first.query('create table held (a int)');
    const wrong: string[] = [];
    for (const held of lockModes) {
      for (const wanted of lockModes) {
        await Promise.all([first.query('begin'), second.query('begin')]);
        await first.query(`lock table held in ${held} mode`);
        const waits = await second.query(`lock table held in ${wanted} mode nowait`).then(
          () => false,
          () => true,
        );
        if (waits !== locksConflict(held, wanted)) wrong.push(`${held} and ${wanted}`);
        await Promise.all([first.query('rollback'), second.query('rollback')]);
      }
    }
    expect(wrong).toEqual([]);
  } finally {
    await Promise.all(sessions.map(async (session) => session.end()));
    await server.stop();
  }
});
