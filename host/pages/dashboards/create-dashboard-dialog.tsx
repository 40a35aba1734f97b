import { useState } from 'react';
import Select from '@atlaskit/select';
import TextArea from '@atlaskit/textarea';
import Textfield from '@atlaskit/textfield';
import { createDashboard } from '../rest/dashboards';
import { navigate } from '../routing';
import { ActionDialog } from '../shell/action-dialog';

const PRIVATE = { value: false, label: 'Only you' };
const VIEWERS = [PRIVATE, { value: true, label: 'Everybody who is signed in' }];

/** Asks for name, description and viewers of a new dashboard, creates it and opens it. */
export function CreateDashboardDialog({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [description, setDescription] = useState('');
  const [viewers, setViewers] = useState(PRIVATE);
  const submit = async (): Promise<void> =>
    navigate(`/dashboards/${await createDashboard(name, description, viewers.value)}`);
  return (
    <ActionDialog title="Create dashboard" action="Create" onSubmit={submit} onClose={onClose}>
      <div className="field">
        <label htmlFor="dashboard-name">
          Name{' '}
          <span className="required" aria-hidden="true">
            *
          </span>
        </label>
        <Textfield
          id="dashboard-name"
          aria-required
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="dashboard-description">Description</label>
        <TextArea
          id="dashboard-description"
          minimumRows={2}
          value={description}
          onChange={(event) => setDescription(event.currentTarget.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="dashboard-viewers">Viewers</label>
        <Select
          inputId="dashboard-viewers"
          options={VIEWERS}
          value={viewers}
          menuPosition="fixed"
          onChange={(option) => option && setViewers(option)}
        />
      </div>
    </ActionDialog>
  );
}
