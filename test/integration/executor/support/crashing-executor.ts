// Runs an executor that ends itself, as kill -9 does, at the point named in the arguments.
import { readFileSync } from 'node:fs';
import type { Config } from '../../../../executor/config';
import { createExecutor } from '../../../../executor/create-executor';

const [configFile = '', point = ''] = process.argv.slice(2);
const config = JSON.parse(readFileSync(configFile, 'utf8')) as Config;
const executor = await createExecutor(config, {
  at(reached) {
    if (reached === point) process.kill(process.pid, 'SIGKILL');
  },
});
process.stdout.write(`${executor.url}\n`);
