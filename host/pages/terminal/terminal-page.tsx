import { useEffect, useState, type FormEvent } from 'react';
import Button from '@atlaskit/button/new';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import TextArea from '@atlaskit/textarea';
import Textfield from '@atlaskit/textfield';
import { readTerminal, runInTerminal } from '../host-api';
import { wordsOf } from '../rest/http';
import { useFlags } from '../shell/flags';
import { useLoad } from '../use-load';

interface Run {
  readonly id: number;
  readonly line: string;
  readonly ok: boolean;
  readonly output: string;
}

/** Commands and their output survive a look at another page, but not a reload: they may hold tokens. */
let kept: readonly Run[] = [];

function Output({ runs }: { readonly runs: readonly Run[] }) {
  const flags = useFlags();
  const copy = async (output: string): Promise<void> => {
    try {
      await navigator.clipboard.writeText(output);
      flags.show({ kind: 'success', title: 'Output copied', autoDismiss: true });
    } catch (error) {
      flags.refused('The output was not copied', error);
    }
  };
  return (
    <div className="terminal-output" role="log" aria-label="Output" tabIndex={0}>
      {runs.length === 0 ? <p className="subtle">Nothing has been run yet.</p> : null}
      {runs.map(({ id, line, ok, output }) => (
        <div key={id} className="terminal-run">
          <div className="terminal-head">
            <p className="terminal-line">$ {line}</p>
            {output === '' ? null : (
              <Button
                spacing="compact"
                appearance="subtle"
                aria-label={`Copy the output of ${line}`}
                onClick={() => void copy(output)}
              >
                Copy
              </Button>
            )}
          </div>
          {output === '' ? null : <pre>{output}</pre>}
          {ok ? null : <p className="terminal-failed">The command failed.</p>}
        </div>
      ))}
    </div>
  );
}

function CommandForm({ onRun }: { readonly onRun: (run: Omit<Run, 'id'>) => void }) {
  const flags = useFlags();
  const [line, setLine] = useState('');
  const [input, setInput] = useState('');
  const [busy, setBusy] = useState(false);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (line.trim() === '') return;
    setBusy(true);
    try {
      onRun({ line, ...(await runInTerminal(line, input)) });
      setLine('');
      setInput('');
    } catch (error) {
      flags.refused('The command was not run', error);
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="terminal-form" onSubmit={(event) => void submit(event)}>
      <div className="field">
        <label htmlFor="terminal-line">Command</label>
        <Textfield
          id="terminal-line"
          isMonospaced
          spellCheck={false}
          autoComplete="off"
          value={line}
          onChange={(event) => setLine(event.currentTarget.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="terminal-input">Standard input</label>
        <TextArea
          id="terminal-input"
          isMonospaced
          minimumRows={3}
          spellCheck={false}
          value={input}
          onChange={(event) => setInput(event.currentTarget.value)}
        />
      </div>
      <div>
        <Button type="submit" appearance="primary" isLoading={busy}>
          Run
        </Button>
      </div>
    </form>
  );
}

/** Plays the shell on the machine beside the databases. */
export function TerminalPage() {
  const { data, error } = useLoad('terminal', readTerminal);
  const [runs, setRuns] = useState(kept);
  const title = data?.title ?? 'Terminal';
  useEffect(() => {
    document.title = `${title} - Jira (local host)`;
  }, [title]);
  const add = (run: Omit<Run, 'id'>): void => {
    kept = [...kept, { ...run, id: kept.length }];
    setRuns(kept);
  };
  if (error !== undefined) {
    return (
      <SectionMessage appearance="warning" title="You cannot use the terminal">
        <p role="alert">{wordsOf(error)}</p>
      </SectionMessage>
    );
  }
  if (!data) return <Spinner size="large" label="Loading" />;
  return (
    <>
      <h1>{data.title}</h1>
      <p className="terminal-help">{data.help}</p>
      <Output runs={runs} />
      <CommandForm onRun={add} />
    </>
  );
}
