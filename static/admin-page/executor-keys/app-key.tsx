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
          Put the block below in place of this app&apos;s block in the executor&apos;s configuration, restart
          the executor, then switch. The switch asks the executor; only when it accepts the new key is the old
          one given up.
        </p>
      )}
      {(next !== null || switched) && <Block version={`${current} ${next}`} isAfter={switched} />}
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
  const { facts, problem } = useEnrolmentFacts(version);
  if (facts === null) return <Problem text={problem} />;
  return (
    <div className="qc-stack-tight">
      {isAfter && (
        <p role="status">
          The new key signs now. Remove the old one on the executor&apos;s machine: put this block, which has
          only the new key, in place of the present one and restart the executor.
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
