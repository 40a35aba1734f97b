import Button from '@atlaskit/button/new';
import { useState, type FormEvent } from 'react';
import { maxReasonLength } from '#core/limits';
import { adminCall } from '../bridge/admin-call';
import { Problem } from '../components/messages';
import { StateMark } from '../components/state-mark';
import { TextAreaField } from '../components/text-area-field';
import { useAdmin } from '../hooks/admin-context';
import { useAttempt } from '../hooks/use-attempt';

/** Stops every order at once, and lets them go again. */
export function DispatchTab() {
  const { overview } = useAdmin();
  const isPaused = overview.pause !== null;
  return (
    <div className="qc-stack">
      <p>
        {isPaused ? (
          <StateMark mark="broken" text="Paused" />
        ) : (
          <StateMark mark="done" text="Approved changes are sent" />
        )}
      </p>
      <p>While dispatch is paused:</p>
      <ul>
        <li>nobody can run or roll back a change; the panel says that dispatch is paused, and why;</li>
        <li>an order that waits to be sent stays where it is;</li>
        <li>writing, review, approval and every page go on as always;</li>
        <li>what the executor runs already goes on, and its receipts are still taken.</li>
      </ul>
      {isPaused ? <Resume /> : <Pause />}
    </div>
  );
}

function Pause() {
  const { show } = useAdmin();
  const { busy, problem, attempt } = useAttempt<'pause'>();
  const [reason, setReason] = useState('');
  const [complaint, setComplaint] = useState<string | null>(null);
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setComplaint(reason.trim() === '' ? 'A reason is required.' : null);
    if (reason.trim() === '') return;
    const paused = await attempt('pause', () => adminCall('pause', { reason: reason.trim() }));
    if (paused !== undefined) show(paused);
  };
  return (
    <form className="qc-stack-tight" noValidate onSubmit={(event) => void submit(event)} aria-label="Pause">
      <TextAreaField
        label="Reason"
        value={reason}
        onChange={setReason}
        problem={complaint}
        isDisabled={busy !== null}
        maxLength={maxReasonLength}
        help="Everybody who wants to run a change reads it."
      />
      <Problem text={problem} />
      <div className="qc-row">
        <Button type="submit" appearance="primary" isLoading={busy !== null}>
          Pause dispatch
        </Button>
      </div>
    </form>
  );
}

function Resume() {
  const { show } = useAdmin();
  const { busy, problem, attempt } = useAttempt<'resume'>();
  const resume = async (): Promise<void> => {
    const resumed = await attempt('resume', () => adminCall('resume', {}));
    if (resumed !== undefined) show(resumed);
  };
  return (
    <div className="qc-stack-tight">
      <p>Orders that waited are sent when you resume, if they are still in their time.</p>
      <Problem text={problem} />
      <div className="qc-row">
        <Button appearance="primary" isLoading={busy !== null} onClick={() => void resume()}>
          Resume dispatch
        </Button>
      </div>
    </div>
  );
}
