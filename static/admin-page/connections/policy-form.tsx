import Button from '@atlaskit/button/new';
import { useState, type FormEvent } from 'react';
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
  const [complaint, setComplaint] = useState<{ group: string | null; approvals: string | null } | null>(null);

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
    };
    setComplaint(found);
    if (group === null || found.approvals !== null) return;
    void send('save', { approverGroup: group, approvals: Number(approvals) });
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
