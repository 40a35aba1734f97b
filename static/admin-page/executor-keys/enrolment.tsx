import Button from '@atlaskit/button/new';
import { useState, type FormEvent } from 'react';
import type { EnrolmentFacts } from '#core/panel/admin-contract';
import { adminCall } from '../bridge/admin-call';
import { CopyBlock } from '../components/copy-block';
import { Field } from '../components/field';
import { Problem, Why } from '../components/messages';
import { TextAreaField } from '../components/text-area-field';
import { useAdmin } from '../hooks/admin-context';
import { useAttempt } from '../hooks/use-attempt';
import { ExecutorAddress, useExecutorAddress } from './executor-address';
import { findExecutorId, parseExecutorKey } from './parse-key';

/** What goes to the executor's machine, and the token that stays on this page until it is proved. */
interface Ticket {
  readonly facts: EnrolmentFacts;
  readonly token: string;
  readonly sha256: string;
}

/** Address, one-time token, block for the executor's machine, and the executor's own key: both sides prove the token. */
export function Enrolment({ onEnrolled }: { onEnrolled?: () => void }) {
  const { address, reread } = useExecutorAddress();
  const { busy, problem, attempt } = useAttempt<'token'>();
  const [ticket, setTicket] = useState<Ticket | null>(null);
  const needsAddress = address.known && address.url === null;
  const makeToken = async (): Promise<void> => {
    const facts = await attempt('token', () => adminCall('enrolment-facts', {}));
    const token = facts && (await attempt('token', () => adminCall('enrolment-token', {})));
    if (facts && token) setTicket({ facts, ...token });
  };
  return (
    <div className="qc-stack">
      <p>
        The executor is a service next to your databases. It runs what was approved and nothing else, and
        keeps every credential. Both sides prove the same one-time token, so that neither trusts a stranger.
      </p>
      <ol className="qa-tasks">
        <li>
          <h4 className="qc-label">Say where it is</h4>
          <ExecutorAddress address={address} onSet={reread} isNext={needsAddress} />
        </li>
        <li>
          <h4 className="qc-label">Tell it whom to trust</h4>
          <p>
            Make a token, save the block below as a file on the executor&apos;s machine, run the command there
            and restart the executor. The token itself stays on this page: leave the page open until the
            executor is enrolled.
          </p>
          <Problem text={problem} />
          <div className="qc-row">
            <Button
              appearance={!needsAddress && ticket === null ? 'primary' : 'default'}
              isLoading={busy !== null}
              onClick={() => void makeToken()}
            >
              {ticket === null ? 'Make a one-time token' : 'Make another token'}
            </Button>
          </div>
          {ticket && <ForTheMachine ticket={ticket} />}
        </li>
        <li>
          <h4 className="qc-label">Pin its key here</h4>
          <EnrolForm ticket={ticket} needsAddress={needsAddress} {...(onEnrolled ? { onEnrolled } : {})} />
        </li>
      </ol>
    </div>
  );
}

function ForTheMachine({ ticket }: { ticket: Ticket }) {
  const { installation, keys, receiptUrl } = ticket.facts;
  const block = { installation, keys, receiptUrl, enrolmentTokenSha256: ticket.sha256 };
  return (
    <div className="qc-stack-tight">
      <CopyBlock
        label="For the executor's configuration"
        text={JSON.stringify(block, null, 2)}
        copy="Copy the block"
      />
      <CopyBlock
        label="Command on that machine"
        text="executor enrol --config FILE < BLOCK"
        copy="Copy the command"
      />
      <p className="qc-small qc-subtle">
        FILE is the executor&apos;s own configuration, BLOCK the file with the block.
      </p>
    </div>
  );
}

function EnrolForm(props: { ticket: Ticket | null; needsAddress: boolean; onEnrolled?: () => void }) {
  const { ticket, needsAddress } = props;
  const { show } = useAdmin();
  const { busy, problem, attempt } = useAttempt<'enrol'>();
  const [id, setId] = useState('');
  const [keyText, setKeyText] = useState('');
  const [complaint, setComplaint] = useState<{ id: string | null; key: string | null } | null>(null);
  const why = whyNot(needsAddress, ticket);
  const paste = (text: string): void => {
    setKeyText(text);
    const found = findExecutorId(text);
    if (id === '' && found !== null) setId(found);
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const parsed = parseExecutorKey(keyText);
    const wrongId = id.trim() === '' ? 'Enter the id that stands in its configuration.' : null;
    setComplaint({ id: wrongId, key: 'problem' in parsed ? parsed.problem : null });
    if (wrongId !== null || 'problem' in parsed || ticket === null) return;
    const enrolled = await attempt('enrol', () =>
      adminCall('enrol-executor', {
        executorId: id.trim(),
        executorKey: parsed.key,
        token: ticket.token,
      }),
    );
    if (enrolled === undefined) return;
    show(enrolled);
    props.onEnrolled?.();
  };
  return (
    <form
      className="qc-stack-tight"
      noValidate
      onSubmit={(event) => void submit(event)}
      aria-label="Enrolment"
    >
      <Field
        label="Executor id"
        value={id}
        onChange={setId}
        problem={complaint?.id ?? null}
        isDisabled={busy !== null}
        help="The executorId of its configuration."
      />
      <TextAreaField
        label="Executor's public key (JSON)"
        value={keyText}
        onChange={paste}
        problem={complaint?.key ?? null}
        isDisabled={busy !== null}
        isCode
        help={
          <>
            Paste what <code>executor enrol</code> printed; the id is taken from it too.
          </>
        }
      />
      <Problem text={problem} />
      <div className="qc-row">
        <Button
          type="submit"
          appearance={why === null ? 'primary' : 'default'}
          isDisabled={why !== null}
          isLoading={busy !== null}
        >
          Enrol
        </Button>
      </div>
      <Why text={why} />
    </form>
  );
}

function whyNot(needsAddress: boolean, ticket: Ticket | null): string | null {
  if (needsAddress) return 'Set the address of the executor first.';
  return ticket === null ? 'Make a one-time token first.' : null;
}
