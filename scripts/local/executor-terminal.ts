import process from 'node:process';
import { checkConnections } from '../../executor/commands/check';
import { parseCommandLine } from '../../executor/commands/command-line';
import { enrolApp, enrolledWords } from '../../executor/commands/enrol';
import { haltWork, resumeWork } from '../../executor/commands/halt';
import { initConnection } from '../../executor/commands/init';
import { goOverToNextKey, printKey, rotateKey } from '../../executor/commands/key';
import { loadConfig } from '../../executor/config';

/** The machine beside the databases: its configuration file and the executor that runs on it. */
export interface ExecutorMachine {
  readonly configFile: string;
  /** Address of the running executor; null while it is stopped. */
  address(): string | null;
  /** Starts it with the configuration as it is in the file now, or starts it again. Answers its address. */
  restart(): Promise<string>;
  stop(): Promise<void>;
}

const help = `The machine beside the databases. Commands:

  executor enrol             takes the block of the admin page from standard input
  executor key --print       the public key for the admin page
  executor key --rotate      makes the next key
  executor key --use-next    signs with it from the next start on
  executor check             reaches every connection
  executor halt --all --reason WORD     stops work here (or --connection KEY)
  executor resume --all                 lifts the halt
  status                     is it running, and where
  restart, stop              as a service manager would

--config may be left out here.`;

interface Answer {
  readonly ok: boolean;
  readonly output: string;
}

/** Plays the shell of the executor's machine for the local site: the executor's own commands, in this process. */
export function executorTerminal(machine: ExecutorMachine): {
  title: string;
  help: string;
  run(line: string, input: string): Promise<Answer>;
} {
  return {
    title: 'Executor’s machine',
    help,
    async run(line, input) {
      try {
        return await runLine(machine, line, input);
      } catch (error) {
        return { ok: false, output: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}

async function runLine(machine: ExecutorMachine, line: string, input: string): Promise<Answer> {
  const words = line.trim().split(/\s+/);
  switch (words[0]) {
    case 'status':
      return say(machine.address() === null ? 'Stopped.' : `Running at ${machine.address()}.`);
    case 'restart':
      return say(`Running at ${await machine.restart()}.`);
    case 'stop':
      await machine.stop();
      return say('Stopped.');
    case 'help':
      return say(help);
    case 'executor':
      return runExecutor(machine, words.slice(1), input);
    default:
      return { ok: false, output: `${words[0] ?? ''}: no such command.\n\n${help}` };
  }
}

/** The executor's command line; whatever file `--config` names, this machine has one configuration. */
async function runExecutor(
  machine: ExecutorMachine,
  words: readonly string[],
  input: string,
): Promise<Answer> {
  const { configFile } = machine;
  const given = words.indexOf('--config');
  const rest = given < 0 ? words : words.filter((_, index) => index !== given && index !== given + 1);
  const command = parseCommandLine([...rest, '--config', configFile]);
  if (!command) return { ok: false, output: `executor ${words.join(' ')}: not understood.\n\n${help}` };
  if (command.name === 'enrol') {
    const enrolled = await enrolApp(configFile, input, process.env);
    return enrolled.ok
      ? say(enrolledWords(enrolled.value))
      : { ok: false, output: enrolled.error.join('\n') };
  }
  if (command.name === 'serve') return say(`Running at ${await machine.restart()}.`);
  const config = loadConfig(configFile, process.env);
  if (!config.ok) return { ok: false, output: config.error.join('\n') };
  switch (command.name) {
    case 'key':
      if (command.how === 'print') return say(await printKey(config.value));
      return say(
        (command.how === 'rotate' ? await rotateKey(config.value) : await goOverToNextKey(config.value)).text,
      );
    case 'halt':
      return say(await haltWork(config.value, command.what, command.reason, Date.now()));
    case 'resume':
      return say(await resumeWork(config.value, command.what));
    case 'init':
      return say(await initConnection(config.value, command.connection, command.how));
    default: {
      // What is left is `check`.
      const { text, ok } = await checkConnections(config.value);
      return { ok, output: text };
    }
  }
}

const say = (output: string): Answer => ({ ok: true, output });
