import Button from '@atlaskit/button/new';
import { Facts } from '../../shared/components/facts';
import { openOnSite } from '../bridge/go';
import { Instruction, Why } from '../components/messages';
import { StepProgress } from '../components/progress';
import { StepList } from '../components/step-list';
import { useAdmin } from '../hooks/admin-context';
import { useProjectKey } from '../hooks/use-project-key';

/** The shared filters and the dashboard over them. */
export function ComplianceSection() {
  const { overview, board } = useAdmin();
  const projectKey = useProjectKey();
  const { filters, dashboardId, gadgetInstruction } = overview.compliance;
  const checked = board.rows.filters !== undefined || board.rows.dashboard !== undefined;
  const why = whyNot(overview.jiraReady, board.running !== null);
  const check = async (): Promise<void> => {
    await board.checkOne('filters', projectKey);
    await board.checkOne('dashboard', projectKey);
  };
  return (
    <div className="qc-stack">
      <p>
        Saved filters find what an auditor asks for, for example changes that ran without enough approvals.
        The dashboard counts them. Both are shared with everybody who is logged in; each sees only the issues
        they may see.
      </p>
      <Facts
        label="Compliance"
        facts={[
          { name: 'Filters', value: filters === 0 ? 'None yet' : String(filters) },
          { name: 'Dashboard', value: dashboardId === null ? 'None yet' : 'Made' },
        ]}
      />
      {gadgetInstruction !== null && (
        <Instruction title="Jira did not take the gadget">{gadgetInstruction}</Instruction>
      )}
      {board.running !== null && <StepProgress running={board.running} />}
      {checked && <StepList steps={['filters', 'dashboard']} />}
      <div className="qc-row">
        {dashboardId !== null && (
          <Button onClick={() => openOnSite(`/jira/dashboards/${dashboardId}`)}>Open the dashboard</Button>
        )}
        <Button
          appearance={filters === 0 || dashboardId === null ? 'primary' : 'default'}
          isDisabled={why !== null}
          onClick={() => void check()}
        >
          {gadgetInstruction === null ? 'Check filters and dashboard' : 'Check again'}
        </Button>
      </div>
      <Why text={why} />
    </div>
  );
}

function whyNot(isReady: boolean, isWorking: boolean): string | null {
  if (!isReady) return 'Finish the section Jira first: filters need its fields.';
  return isWorking ? 'Wait until the step at work is done.' : null;
}
