import Button from '@atlaskit/button/new';
import { useState } from 'react';
import type { GroupRef } from '#core/settings/settings';
import { adminCall } from '../bridge/admin-call';
import { GroupPicker } from '../components/group-picker';
import { GroupWords } from '../components/group-words';
import { Problem, Why } from '../components/messages';
import { useAdmin } from '../hooks/admin-context';
import { useAttempt } from '../hooks/use-attempt';

/** The group that runs and resolves, on every connection the same. */
export function Operators() {
  const { overview, show } = useAdmin();
  const [group, setGroup] = useState<GroupRef | null>(null);
  const { busy, problem, attempt } = useAttempt<'save'>();
  const isNew = group !== null && group.id !== overview.operators?.group.id;
  const save = async (): Promise<void> => {
    if (group === null) return;
    const saved = await attempt('save', () => adminCall('choose-operators', { group }));
    if (saved === undefined) return;
    show(saved);
    setGroup(null);
  };
  return (
    <section className="qa-card qc-stack-tight" aria-labelledby="qa-operators" data-testid="operators">
      <h4 className="qc-label" id="qa-operators">
        Who may run and resolve
      </h4>
      <div>{overview.operators === null ? 'Nobody yet.' : <GroupWords state={overview.operators} />}</div>
      <p className="qc-subtle">
        Authors run their own approved changes. Members of this group run them too, and decide what happened
        when an outcome is unknown.
      </p>
      <GroupPicker
        label="Another group"
        group={group}
        onChoose={setGroup}
        isDisabled={busy !== null}
        help="The workflow names the group: after a change here, repair the workflow under Health."
      />
      <Problem text={problem} />
      <div className="qc-row">
        <Button isDisabled={!isNew} isLoading={busy !== null} onClick={() => void save()}>
          Save group
        </Button>
      </div>
      <Why text={isNew ? null : 'Choose another group to save it.'} />
    </section>
  );
}
