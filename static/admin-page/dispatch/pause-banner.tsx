import SectionMessage from '@atlaskit/section-message';
import type { AdminOverview } from '#core/panel/admin-contract';
import { Time } from '../../shared/components/time';
import { Person } from '../../shared/names';

/** Says on every tab that nothing is sent to the executor, since when, by whom and why. */
export function PauseBanner({ pause }: { pause: NonNullable<AdminOverview['pause']> }) {
  return (
    <div data-testid="pause-banner">
      <SectionMessage appearance="warning" title="Dispatch is paused: nothing is sent to the executor">
        <p>
          <Person id={pause.by} />, <Time at={pause.at} />: {pause.reason}
        </p>
      </SectionMessage>
    </div>
  );
}
