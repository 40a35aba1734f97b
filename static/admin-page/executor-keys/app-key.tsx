import Button from '@atlaskit/button/new';
import Heading from '@atlaskit/heading';
import { useState } from 'react';
import type { AdminOverview } from '#core/panel/admin-contract';
import { Facts } from '../../shared/components/facts';
import type { Reply } from '#core/panel/contract';
import { adminCall } from '../bridge/admin-call';
import { CopyBlock } from '../components/copy-block';
import { Problem } from '../components/messages';
import { useAdmin } from '../hooks/admin-context';
import { useAttempt } from '../hooks/use-attempt';
import { useEnrolmentFacts } from './use-enrolment-facts';

/** The key that this app signs its orders with: prepared, pinned at the executor, switched to, the old one removed there. */
export function AppKey() {
  const { overview, show, refresh } = useAdmin();
  const { current, next } = overview.appKey;
  const { busy, problem, attempt } = useAttempt<'prepare' | 'switch' | 'discard'>();
  const [switched, setSwitched] = useState(false);
  const prepare = async (): Promise<void> => {
    setSwitched(false);
    if ((await attempt('prepare', () => adminCall('prepare-app-key', {}))) !== undefined) await refresh();
  };
  const finish = async (
    name: 'switch' | 'discard',
    send: () => Promise<Reply<AdminOverview>>,
  ): Promise<void> => {
    const after = await attempt(name, send);
    if (after === undefined) return;
    show(after);
    setSwitched(name === 'switch');
  };
  return (
    <section className="qc-stack" aria-labelledby="qa-app-key" data-testid="app-key">
      <Heading size="small" as="h3" id="qa-app-key">
        Key of this app
      </Heading>
      <Facts
        label="Key of this app"
        facts={[
          { name: 'Signs now', value: <code className="qc-code qa-thumbprint">{current}</code> },
          ...(next === null
            ? []
            : [{ name: 'Prepared', value: <code className="qc-code qa-thumbprint">{next}</code> }]),
        ]}
      />
      {next === null ? (
        <p>
          To change it: prepare the next key here, pin it on the executor&apos;s machine beside the present
          one, switch here, and remove the old one there. Until the switch nothing changes.
        </p>
      ) : (
        <p>
          On the executor&apos;s machine: save the block below as a file, run{' '}
          <code>executor enrol --config FILE &lt; BLOCK</code> and restart the executor. It then trusts both
          keys. Then switch here: the executor is asked with the next key, and only when it accepts is the
          present one given up.
        </p>
      )}
      {(next !== null || switched) && (
        <Block key={`${current} ${next}`} version={`${current} ${next}`} isAfter={switched} />
      )}
      <Problem text={problem} />
      <div className="qc-row">
        {next === null ? (
          <Button isLoading={busy === 'prepare'} onClick={() => void prepare()}>
            Prepare the next key
          </Button>
        ) : (
          <>
            <Button
              appearance="primary"
              isLoading={busy === 'switch'}
              isDisabled={busy === 'discard'}
              onClick={() => void finish('switch', () => adminCall('switch-app-key', {}))}
            >
              Switch to the next key
            </Button>
            <Button
              appearance="subtle"
              isLoading={busy === 'discard'}
              isDisabled={busy === 'switch'}
              onClick={() => void finish('discard', () => adminCall('discard-app-key', {}))}
            >
              Discard the prepared key
            </Button>
          </>
        )}
      </div>
    </section>
  );
}

/** The block for the executor's machine, with as many keys as it must trust now. */
function Block({ version, isAfter }: { version: string; isAfter: boolean }) {
  const { value: facts, problem } = useEnrolmentFacts(version);
  if (facts === null) return <Problem text={problem} />;
  return (
    <div className="qc-stack-tight">
      {isAfter && (
        <p role="status">
          The new key signs now. On the executor&apos;s machine, remove the old one: run the same command with
          this block, which has only the new key, and restart the executor.
        </p>
      )}
      <CopyBlock
        label={isAfter ? 'Block with the new key only' : 'Block with both keys'}
        text={JSON.stringify(facts, null, 2)}
        copy="Copy the block"
      />
    </div>
  );
}
