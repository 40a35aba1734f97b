import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from '../program';
import { markSql } from './stage';

/** Where a peer works: where npm put it, a folder and a database of its own. */
interface Place {
  readonly folder: string;
  readonly work: string;
  readonly url: string;
}

/** A tool that applies changes from files. */
export interface Peer {
  readonly name: string;
  /** Changes of one run; the time of slow ones is scaled. */
  readonly sample: number;
  /** Package of npm; null when it has to be there already. */
  readonly package: string | null;
  /** Program in the path that it needs. */
  readonly needs: string | null;
  /** Writes the files; not measured. */
  prepare(place: Place, count: number): Promise<void>;
  /** Applies the next change, as one invocation. */
  next(place: Place, index: number): Promise<void>;
}

const bin = ({ folder }: Place, name: string): string => path.join(folder, 'node_modules/.bin', name);
const number = (index: number): string => String(index + 1).padStart(4, '0');

export const dbmate: Peer = {
  name: 'dbmate',
  sample: 50,
  package: 'dbmate',
  needs: null,
  async prepare({ work }, count) {
    await mkdir(path.join(work, 'waiting'));
    await mkdir(path.join(work, 'migrations'));
    for (let index = 0; index < count; index += 1) {
      const text = `-- migrate:up\n${markSql(`d-${index}`)};\n\n-- migrate:down\n`;
      await writeFile(path.join(work, 'waiting', `${number(index)}_change.sql`), text);
    }
  },
  async next(place, index) {
    const { work, url } = place;
    const file = `${number(index)}_change.sql`;
    // It applies whatever waits, so a change is put there when it is its turn.
    await copyFile(path.join(work, 'waiting', file), path.join(work, 'migrations', file));
    const args = ['--no-dump-schema', '--migrations-dir', path.join(work, 'migrations'), 'up'];
    await run(dbmateBinary(place), args, { env: { DATABASE_URL: `${url}?sslmode=disable` } });
  },
};

/** The program itself: the package's own command starts Node first. */
function dbmateBinary({ folder }: Place): string {
  const { platform, arch } = process;
  return path.join(folder, 'node_modules/@dbmate', `${platform}-${arch}`, 'bin/dbmate');
}

export const nodePgMigrate: Peer = {
  name: 'node-pg-migrate',
  sample: 10,
  package: 'node-pg-migrate',
  needs: null,
  async prepare({ work }, count) {
    await mkdir(path.join(work, 'migrations'));
    for (let index = 0; index < count; index += 1) {
      const text = `-- Up Migration\n${markSql(`n-${index}`)};\n-- Down Migration\n`;
      await writeFile(
        path.join(work, 'migrations', `17000000000${number(index).slice(-2)}_change.sql`),
        text,
      );
    }
  },
  async next(place) {
    const args = ['up', '1', '--migrations-dir', path.join(place.work, 'migrations')];
    await run(bin(place, 'node-pg-migrate'), args, { env: { DATABASE_URL: place.url }, cwd: place.folder });
  },
};

export const sqitch: Peer = {
  name: 'sqitch',
  sample: 10,
  package: null,
  needs: 'sqitch',
  async prepare({ work }, count) {
    await run('sqitch', ['init', 'bench', '--engine', 'pg'], { cwd: work });
    for (let index = 0; index < count; index += 1) {
      await run('sqitch', ['add', `c${number(index)}`, '-n', 'change'], { cwd: work });
      const text = `BEGIN;\n${markSql(`s-${index}`)};\nCOMMIT;\n`;
      await writeFile(path.join(work, 'deploy', `c${number(index)}.sql`), text);
    }
  },
  async next({ work, url }, index) {
    const target = `db:${url.replace(/^postgres(ql)?:/, 'pg:')}`;
    await run('sqitch', ['deploy', target, '--to-change', `c${number(index)}`], { cwd: work });
  },
};

export const liquibase: Peer = {
  name: 'Liquibase',
  sample: 3,
  package: 'liquibase',
  needs: 'java',
  async prepare({ work }, count) {
    const sets = Array.from(
      { length: count },
      (_, index) => `--changeset bench:${index}\n${markSql(`l-${index}`)};\n`,
    );
    await writeFile(path.join(work, 'changelog.sql'), `--liquibase formatted sql\n\n${sets.join('\n')}`);
  },
  async next({ folder, work, url }) {
    const home = path.join(folder, 'node_modules/liquibase/dist/liquibase');
    const { hostname, port, pathname, username, password } = new URL(url);
    const jars = ['internal/lib/*', 'lib/*', 'internal/lib', '*'].map((one) => path.join(home, one));
    await run(
      'java',
      [
        '-cp',
        jars.join(path.delimiter),
        'liquibase.integration.commandline.LiquibaseCommandLine',
        '--changelog-file=changelog.sql',
        `--url=jdbc:postgresql://${hostname}:${port}${pathname}`,
        `--username=${decodeURIComponent(username)}`,
        `--password=${decodeURIComponent(password)}`,
        'update-count',
        '--count=1',
      ],
      { cwd: work, env: { LIQUIBASE_ANALYTICS_ENABLED: 'false' } },
    );
  },
};
