import Lozenge from '@atlaskit/lozenge';
import { jiraStatusNames, type ChangeStatus } from '#core/change/status';
import type { Environment } from '#core/protocol/claims';

const appearances = {
  draft: 'default',
  'in-review': 'inprogress',
  approved: 'new',
  running: 'inprogress',
  succeeded: 'success',
  failed: 'removed',
  'needs-attention': 'moved',
  'rolled-back': 'default',
  rejected: 'removed',
  cancelled: 'default',
} as const satisfies Record<ChangeStatus, string>;

/** The change's status in Jira's words. */
export function StatusLozenge({ status }: { status: ChangeStatus }) {
  return (
    <Lozenge appearance={appearances[status]} testId="status">
      {jiraStatusNames[status]}
    </Lozenge>
  );
}

/** The environment; prod stands out. */
export function EnvironmentLozenge({ environment }: { environment: Environment }) {
  return <Lozenge appearance={environment === 'prod' ? 'removed' : 'default'}>{environment}</Lozenge>;
}
