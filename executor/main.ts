// The only file of the executor that touches the process: arguments, environment, input, output, signals.
import { text } from 'node:stream/consumers';
import { checkConnections } from './commands/check';
import { parseCommandLine, usage } from './commands/command-line';
import { enrolApp, enrolledWords } from './commands/enrol';
import { newEpoch } from './commands/epoch';
import { haltWork, resumeWork } from './commands/halt';
import { initConnection } from './commands/init';
import { goOverToNextKey, printKey, rotateKey } from './commands/key';
import { type Config, loadConfig } from './config';
import { createExecutor } from './create-executor';
import { jsonLog } from './log';

async function serve(config: Config): Promise<void> {
  const log = jsonLog((line) => process.stdout.write(line), Date.now);
  const executor = await createExecutor(config, { log });
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    // A change that does not end in time is cut off; the ledger tells the next start what became of it.
    setTimeout(() => process.exit(1), config.limits.drainMs).unref();
    executor.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}

async function keyCommand(config: Config, how: 'print' | 'rotate' | 'use-next'): Promise<string> {
  if (how === 'print') return printKey(config);
  return (how === 'rotate' ? await rotateKey(config) : await goOverToNextKey(config)).text;
}

async function main(): Promise<void> {
  const command = parseCommandLine(process.argv.slice(2));
  if (!command) {
    process.stderr.write(usage);
    process.exitCode = 2;
    return;
  }
  const config = loadConfig(command.config, process.env);
  if (!config.ok) {
    process.stderr.write(`${config.error.join('\n')}\n`);
    process.exitCode = 2;
    return;
  }
  switch (command.name) {
    case 'serve':
      return serve(config.value);
    case 'enrol': {
      const enrolled = await enrolApp(command.config, await text(process.stdin), process.env);
      if (enrolled.ok) process.stdout.write(enrolledWords(enrolled.value));
      else process.stderr.write(`${enrolled.error.join('\n')}\n`);
      process.exitCode = enrolled.ok ? 0 : 1;
      return;
    }
    case 'key':
      process.stdout.write(await keyCommand(config.value, command.how));
      return;
    case 'halt':
      process.stdout.write(await haltWork(config.value, command.what, command.reason, Date.now()));
      return;
    case 'resume':
      process.stdout.write(await resumeWork(config.value, command.what));
      return;
    case 'epoch':
      process.stdout.write(await newEpoch(config.value, command.reason, Date.now()));
      return;
    case 'init':
      process.stdout.write(await initConnection(config.value, command.connection, command.how));
      return;
    case 'check': {
      const { text: lines, ok } = await checkConnections(config.value);
      process.stdout.write(lines);
      process.exitCode = ok ? 0 : 1;
    }
  }
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
