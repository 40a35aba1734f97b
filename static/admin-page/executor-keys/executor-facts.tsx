import Button from '@atlaskit/button/new';
import { useState } from 'react';
import type { AdminOverview } from '#core/panel/admin-contract';
import { Facts } from '../../shared/components/facts';
import { Time } from '../../shared/components/time';
import { Problem } from '../components/messages';
import { Enrolment } from './enrolment';
import { TestConnection } from './test-connection';
import { useEnrolmentFacts } from './use-enrolment-facts';

type Executor = NonNullable<AdminOverview['executor']>;

/** The enrolled executor, a test of the way to it, and its repair. */
export function ExecutorFacts({ executor }: { executor: Executor }) {
  const { value: facts, problem } = useEnrolmentFacts(executor.id);
  const [again, setAgain] = useState(false);
  return (
    <div className="qc-stack">
      <Facts
        label="Executor"
        facts={[
          { name: 'Id', value: executor.id },
          { name: 'Version', value: executor.version },
          { name: 'Last seen', value: <Time at={executor.lastSeen} /> },
          {
            name: executor.keys.length === 1 ? 'Key' : 'Keys',
            value: executor.keys.map((kid) => (
              <code key={kid} className="qc-code qa-thumbprint">
                {kid}
              </code>
            )),
          },
          {
            name: 'Receipts come to',
            value: facts?.receiptUrl ?? (problem === null ? 'Asking…' : 'Unknown'),
          },
        ]}
      />
      <Problem text={problem} />
      <TestConnection />
      {again ? (
        <>
          <Enrolment onEnrolled={() => setAgain(false)} />
          <div className="qc-row">
            <Button appearance="subtle" onClick={() => setAgain(false)}>
              Do not enrol again
            </Button>
          </div>
        </>
      ) : (
        <div className="qc-stack-tight">
          <p className="qc-subtle">
            When the enrolment is lost on either side, for example after the executor got a new machine, enrol
            it again. What is running is not touched.
          </p>
          <div className="qc-row">
            <Button onClick={() => setAgain(true)}>Enrol again</Button>
          </div>
        </div>
      )}
    </div>
  );
}
