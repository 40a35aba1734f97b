import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import { lazy, Suspense } from 'react';
import type { DryRunView } from '#core/panel/view';
import type { ReceiptStatus } from '#core/protocol/receipt';
import { Time } from '../../shared/components/time';
import { Person } from '../../shared/names';

const DryRunReport = lazy(() =>
  import('./dry-run-report').then((module) => ({ default: module.DryRunReport })),
);

const phases: Record<DryRunView['phase'], string> = {
  claimed: 'The order is recorded and about to be queued.',
  queued: 'The order is queued for the executor.',
  sent: 'The executor has the order.',
  waiting: 'The executor does not answer. The order is sent again until its deadline.',
};

const words: Record<ReceiptStatus, string> = {
  succeeded: 'It ran to its end and was rolled back. Nothing was changed.',
  failed: 'It would fail. Everything was rolled back; nothing was changed.',
  refused: 'The executor refused it. Nothing was run.',
  expired: 'It was not done in time. Nothing was changed.',
  revoked: 'It was stopped. Nothing was changed.',
  unknown: 'Its report could not be read. A dry run changes nothing.',
  'outcome-lost': 'Its report is lost. A dry run changes nothing.',
};

const appearances = { succeeded: 'success', failed: 'error' } as const;

/** The latest dry run: how far it is, or what it saw. `changed`: what is on the screen is not what was tried. */
export function DryRun({ dryRun, changed }: { dryRun: DryRunView; changed: boolean }) {
  const { status } = dryRun;
  return (
    <section className="qc-stack-tight" aria-labelledby="qc-dry-run" data-testid="dry-run">
      <h3 className="qc-label" id="qc-dry-run">
        Dry run
      </h3>
      {status === null ? (
        <div className="qc-running" role="status" data-testid="dry-run-running">
          <Spinner size="medium" label="Dry run" />
          <p>{phases[dryRun.phase]} Nothing of a dry run is kept.</p>
        </div>
      ) : (
        <SectionMessage appearance={status in appearances ? appearances[status as 'failed'] : 'warning'}>
          <p data-testid="dry-run-verdict">
            {words[status]}
            {dryRun.message !== null && ` ${sentence(dryRun.message)}`}
            {dryRun.code !== null && ` (${dryRun.code})`}
          </p>
        </SectionMessage>
      )}
      {(changed || !dryRun.current) && status !== null && (
        <p data-testid="dry-run-earlier">
          <span className="qc-tag qc-tag-fix">Of an earlier text</span> The SQL, the connection or something
          else that approvers see has changed since.
        </p>
      )}
      <p className="qc-small qc-subtle">
        On {dryRun.connection}, asked for by <Person id={dryRun.requestedBy} /> at{' '}
        <Time at={dryRun.requestedAt} />
      </p>
      {dryRun.hasReport && (
        <Suspense fallback={<p className="qc-subtle">Loading the report…</p>}>
          <DryRunReport key={dryRun.requestedAt} />
        </Suspense>
      )}
    </section>
  );
}

function sentence(text: string): string {
  const plain = text.replaceAll('_', ' ');
  return `${plain.charAt(0).toUpperCase()}${plain.slice(1)}${plain.endsWith('.') ? '' : '.'}`;
}
