import Button from '@atlaskit/button/new';
import { useState } from 'react';
import { duration } from '../../shared/format';
import { adminCall } from '../bridge/admin-call';
import { Problem } from '../components/messages';
import { useAdmin } from '../hooks/admin-context';
import { useAttempt } from '../hooks/use-attempt';

/** Asks the executor for its connections now, and says how long that took. */
export function TestConnection() {
  const { show } = useAdmin();
  const { busy, problem, attempt } = useAttempt<'test'>();
  const [took, setTook] = useState<number | null>(null);
  const test = async (): Promise<void> => {
    setTook(null);
    const answered = await attempt('test', () => adminCall('test-executor', {}));
    if (answered === undefined) return;
    setTook(answered.milliseconds);
    show(answered.overview);
  };
  return (
    <div className="qc-stack-tight" data-testid="test-connection">
      <div className="qc-row">
        <Button isLoading={busy !== null} onClick={() => void test()}>
          Test the connection
        </Button>
        <span role="status" className="qc-subtle">
          {busy !== null && 'Asking the executor…'}
          {took !== null && `The executor answered in ${duration(Math.round(took))}.`}
        </span>
      </div>
      <Problem text={problem} title="The executor did not answer" />
    </div>
  );
}
