import Button from '@atlaskit/button/new';
import { useState, type FormEvent } from 'react';
import { lowerEnvironments } from '#core/evidence/judge';
import { defaultEvidenceDays } from '#core/evidence/rules';
import type { ConnectionOverview } from '#core/panel/admin-contract';
import { count } from '../../shared/format';
import { adminCall } from '../bridge/admin-call';
import { Field } from '../components/field';
import { GroupPicker } from '../components/group-picker';
import { Problem } from '../components/messages';
import { useAdmin } from '../hooks/admin-context';
import { useAttempt } from '../hooks/use-attempt';

/** Who approves on one connection and how many of them; can also take the connection out of use. */
export function PolicyForm(props: {
  readonly connection: ConnectionOverview;
  readonly onSaved: () => void;
  readonly onCancel: () => void;
}) {
  const { connection } = props;
  const { show } = useAdmin();
  const { busy, problem, attempt } = useAttempt<'save' | 'clear'>();
  const least = Math.max(1, connection.minimumApprovals);
  const [group, setGroup] = useState(connection.policy?.approverGroup ?? null);
  const [approvals, setApprovals] = useState(String(connection.policy?.approvals ?? least));
  const [demands, setDemands] = useState(connection.policy?.evidence?.required ?? false);
  const [days, setDays] = useState(String(connection.policy?.evidence?.maxAgeDays ?? defaultEvidenceDays));
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const below = lowerEnvironments(connection.environment);

  const send = async (name: 'save' | 'clear', policy: ConnectionOverview['policy']): Promise<void> => {
    const saved = await attempt(name, () => adminCall('save-policy', { connection: connection.key, policy }));
    if (saved === undefined) return;
    show(saved);
    props.onSaved();
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = {
      group: group === null ? 'Choose a group.' : null,
      approvals: approvalsProblem(approvals, least),
      days: demands ? daysProblem(days) : null,
    };
    setComplaint(found);
    if (group === null || found.approvals !== null || found.days !== null) return;
    const evidence = evidenceOf(connection, demands, days);
    void send('save', {
      approverGroup: group,
      approvals: Number(approvals),
      ...(evidence === undefined ? {} : { evidence }),
    });
  };
  return (
    <form
      className="qc-stack-tight"
      noValidate
      onSubmit={submit}
      aria-label={`Approvers of ${connection.name}`}
    >
      <GroupPicker
        label="Group of approvers"
        group={group}
        onChoose={setGroup}
        isDisabled={busy !== null}
        help={complaint?.group ? <span className="qc-danger">{complaint.group}</span> : undefined}
      />
      <Field
        label="Approvals needed"
        value={approvals}
        onChange={setApprovals}
        isDisabled={busy !== null}
        problem={complaint?.approvals ?? null}
        help={`Different people. The executor itself asks for at least ${count(connection.minimumApprovals, 'approval', 'approvals')}.`}
      />
      {below.length > 0 && (
        <label className="qc-row">
          <input
            type="checkbox"
            checked={demands}
            disabled={busy !== null}
            onChange={(event) => setDemands(event.currentTarget.checked)}
          />
          <span>A change must have succeeded in {below.join(' or ')} first</span>
        </label>
      )}
      {demands && below.length > 0 && (
        <Field
          label="Not longer ago than, days"
          value={days}
          onChange={setDays}
          isDisabled={busy !== null}
          problem={complaint?.days ?? null}
          help="The same SQL, with the same rollback, verification and structure, which touched rows and was not rolled back. Without it Run is held back, and says why."
        />
      )}
      <Problem text={problem} />
      <div className="qc-row">
        <Button type="submit" appearance="primary" isLoading={busy === 'save'}>
          Save
        </Button>
        <Button appearance="subtle" isDisabled={busy !== null} onClick={props.onCancel}>
          Cancel
        </Button>
        {connection.policy !== null && (
          <Button
            appearance="subtle"
            isLoading={busy === 'clear'}
            isDisabled={busy === 'save'}
            onClick={() => void send('clear', null)}
          >
            Take out of use
          </Button>
        )}
      </div>
    </form>
  );
}

function approvalsProblem(text: string, least: number): string | null {
  const number = Number(text);
  if (!/^\d{1,3}$/.test(text.trim()) || number < 1) return 'Enter a whole number.';
  return number < least ? `The executor asks for at least ${least}.` : null;
}

interface Complaint {
  readonly group: string | null;
  readonly approvals: string | null;
  readonly days: string | null;
}

function daysProblem(text: string): string | null {
  const number = Number(text);
  return /^\d{1,3}$/.test(text.trim()) && number >= 1 && number <= 366
    ? null
    : 'Enter a whole number from 1 to 366.';
}

/** What the form says of evidence; the environments that count stay as they were. Undefined: nothing is asked for. */
function evidenceOf(
  { policy }: ConnectionOverview,
  required: boolean,
  days: string,
): NonNullable<ConnectionOverview['policy']>['evidence'] {
  if (!required) return undefined;
  const kept = policy?.evidence?.environments;
  return { required, maxAgeDays: Number(days), ...(kept ? { environments: kept } : {}) };
}
