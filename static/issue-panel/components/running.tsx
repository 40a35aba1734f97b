import Spinner from '@atlaskit/spinner';
import { useEffect, useState } from 'react';
import type { ChangeView } from '#core/panel/view';
import { stopwatch } from '../../shared/format';
import { Person } from '../../shared/names';
import { Time } from '../../shared/components/time';
import { useProgress } from '../hooks/use-progress';
import { Progress } from './progress';

type Running = NonNullable<ChangeView['running']>;

const phases: Record<Running['phase'], string> = {
  claimed: 'The order is recorded and about to be queued.',
  queued: 'The order is queued for the executor.',
  sent: 'The executor has the order.',
  waiting: 'The executor does not answer. The order is sent again until its deadline.',
};

/** How far a run is, for how long, and that nobody has to wait for it. */
export function RunningNote({ running }: { running: Running }) {
  const now = useNow();
  const seen = useProgress(`${running.kind} ${running.try}`);
  const seconds = Math.max(0, Math.floor((now - Date.parse(running.requestedAt)) / 1_000));
  return (
    <section className="qc-running" aria-label="Progress" data-testid="running">
      <Spinner size="medium" label="Running" />
      <div className="qc-stack-tight qc-grow">
        <p>
          <strong className="qc-clock" data-testid="elapsed">
            {stopwatch(seconds)}
          </strong>{' '}
          {phaseWords(running)}
        </p>
        {running.note !== null && <p data-testid="running-note">{running.note}</p>}
        {seen && <Progress seen={seen} now={now} />}
        {running.stop && (
          <p data-testid="stop-note">
            <Person id={running.stop.by} /> asked to stop it at <Time at={running.stop.at} />:{' '}
            {running.stop.reason}
          </p>
        )}
        <p className="qc-small qc-subtle">
          {running.kind === 'rollback' ? 'Rollback requested' : 'Requested'} by{' '}
          <Person id={running.requestedBy} /> at <Time at={running.requestedAt} />
          {running.try > 1 && `, attempt ${running.try}`}. You can close this page: the run goes on, and the
          issue shows the outcome.
        </p>
      </div>
    </section>
  );
}

function phaseWords({ phase, stop }: Running): string {
  if (!stop) return phases[phase];
  return phase === 'sent'
    ? 'The executor was told to stop. Its receipt says whether it came before COMMIT.'
    : 'The executor is still to be told to stop.';
}

/** The time of now, every second. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
