import Button from '@atlaskit/button/new';
import Heading from '@atlaskit/heading';
import { useState, type FormEvent } from 'react';
import { adminCall } from '../bridge/admin-call';
import { Problem, Why } from '../components/messages';
import { TextAreaField } from '../components/text-area-field';
import { useAdmin } from '../hooks/admin-context';
import { useAttempt } from '../hooks/use-attempt';
import { parseExecutorKey } from './parse-key';

/** The executor's keys by thumbprint. Two overlap while the executor gets a new one. */
export function PinnedKeys({ keys }: { keys: readonly string[] }) {
  return (
    <section className="qc-stack" aria-labelledby="qa-pinned" data-testid="pinned-keys">
      <Heading size="small" as="h3" id="qa-pinned">
        Keys of the executor
      </Heading>
      <p>A receipt counts only when one of these keys has signed it.</p>
      <KeyList keys={keys} />
      <div className="qc-stack-tight">
        <h4 className="qc-label">To give the executor a new key</h4>
        <ol>
          <li>
            On the executor&apos;s machine: <code>executor key --config FILE --rotate</code> makes the next
            key and prints it. The present one still signs.
          </li>
          <li>Here: add the printed key below. From now on receipts under both keys count.</li>
          <li>
            On the executor&apos;s machine: <code>executor key --config FILE --use-next</code>, then restart
            the executor. Now the next key signs.
          </li>
          <li>Here: test the connection. When the receipts of earlier changes are in, remove the old key.</li>
        </ol>
      </div>
      <AddKey isFull={keys.length >= 2} />
    </section>
  );
}

function KeyList({ keys }: { keys: readonly string[] }) {
  const { show } = useAdmin();
  const { busy, problem, attempt } = useAttempt<string>();
  const drop = async (kid: string): Promise<void> => {
    const next = await attempt(kid, () => adminCall('drop-executor-key', { kid }));
    if (next !== undefined) show(next);
  };
  const isLast = keys.length === 1;
  return (
    <div className="qc-stack-tight">
      <ul className="qa-cards" aria-label="Pinned keys">
        {keys.map((kid) => (
          <li key={kid} className="qa-card qc-row-between">
            <code className="qc-code qa-thumbprint">{kid}</code>
            <Button
              spacing="compact"
              isDisabled={isLast || (busy !== null && busy !== kid)}
              isLoading={busy === kid}
              aria-label={`Remove the key ${kid}`}
              onClick={() => void drop(kid)}
            >
              Remove
            </Button>
          </li>
        ))}
      </ul>
      <Why text={isLast ? 'The last key cannot be removed: add its successor first.' : null} />
      <Problem text={problem} />
    </div>
  );
}

function AddKey({ isFull }: { isFull: boolean }) {
  const { show } = useAdmin();
  const { busy, problem, attempt } = useAttempt<'add'>();
  const [text, setText] = useState('');
  const [complaint, setComplaint] = useState<string | null>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const parsed = parseExecutorKey(text);
    setComplaint('problem' in parsed ? parsed.problem : null);
    if ('problem' in parsed) return;
    const next = await attempt('add', () => adminCall('add-executor-key', { executorKey: parsed.key }));
    if (next === undefined) return;
    show(next);
    setText('');
  };
  return (
    <form className="qc-stack-tight" noValidate onSubmit={(event) => void submit(event)} aria-label="New key">
      <TextAreaField
        label="New public key (JSON)"
        value={text}
        onChange={setText}
        problem={complaint}
        isDisabled={busy !== null || isFull}
        isCode
        help="As the executor prints it."
      />
      <Problem text={problem} />
      <div className="qc-row">
        <Button type="submit" isDisabled={isFull} isLoading={busy !== null}>
          Add this key
        </Button>
      </div>
      <Why text={isFull ? 'Two keys are pinned already: remove the old one first.' : null} />
    </form>
  );
}
