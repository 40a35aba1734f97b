import Heading from '@atlaskit/heading';
import { useAdmin } from '../hooks/admin-context';
import { AppKey } from './app-key';
import { ExecutorFacts } from './executor-facts';
import { PinnedKeys } from './pinned-keys';

/** The executor, its keys that this app trusts, and the key that this app signs with. */
export function ExecutorKeysTab() {
  const { overview } = useAdmin();
  const { executor } = overview;
  return (
    <div className="qc-stack-wide">
      <section className="qc-stack">
        <Heading size="small" as="h3">
          Executor
        </Heading>
        {executor === null ? (
          <p>No executor is enrolled yet. Enrol it under Getting started.</p>
        ) : (
          <ExecutorFacts executor={executor} />
        )}
      </section>
      {executor !== null && (
        <>
          <PinnedKeys keys={executor.keys} />
          <AppKey />
        </>
      )}
    </div>
  );
}
