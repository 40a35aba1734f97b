import Spinner from '@atlaskit/spinner';
import type { Running } from '../hooks/use-step-board';
import { stepNames } from './step-names';

/** A number of things that are done one after the other, and which one is at work. */
export function Progress({ words, position, total }: { words: string; position: number; total: number }) {
  return (
    <div className="qa-progress" data-testid="progress">
      <div className="qc-row">
        <Spinner size="small" label="" />
        <span role="status">
          {words} ({position} of {total})
        </span>
      </div>
      <progress value={position - 1} max={total} aria-label={words} />
    </div>
  );
}

/** Progress of the set-up steps. */
export function StepProgress({ running }: { running: Running }) {
  const verb = running.what === 'check' ? 'Checking' : 'Making';
  return (
    <Progress
      words={`${verb}: ${stepNames[running.step]}`}
      position={running.position}
      total={running.total}
    />
  );
}
