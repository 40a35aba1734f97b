import { useState, type FormEvent } from 'react';
import Button from '@atlaskit/button/new';
import Select from '@atlaskit/select';
import Textfield from '@atlaskit/textfield';
import { useFlags } from '../shell/flags';
import { setFaults, type Faults } from './shape';

const STATUSES = [
  { value: 409, label: '409 Conflict' },
  { value: 429, label: '429 Too many requests' },
  { value: 500, label: '500 Internal server error' },
];

function useSwitch() {
  const flags = useFlags();
  return async (faults: Faults, title: string): Promise<void> => {
    try {
      await setFaults(faults);
      flags.show({ kind: 'success', title, autoDismiss: true });
    } catch (error) {
      flags.refused('The fault was not switched', error);
    }
  };
}

function JiraFaults() {
  const change = useSwitch();
  const [pathPattern, setPathPattern] = useState('/transitions');
  const [status, setStatus] = useState(STATUSES[0]);
  const [times, setTimes] = useState('1');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!status) return;
    void change(
      { jira: [{ pathPattern, status: status.value, times: Number(times) }] },
      `Jira will answer ${status.label}`,
    );
  };
  return (
    <form className="faults" aria-label="Jira refuses calls of the app" onSubmit={submit}>
      <h2>Jira refuses calls of the app</h2>
      <div className="field">
        <label htmlFor="fault-path">Path contains (regular expression)</label>
        <Textfield
          id="fault-path"
          value={pathPattern}
          onChange={(event) => setPathPattern(event.currentTarget.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="fault-status">Answer</label>
        <Select
          inputId="fault-status"
          options={STATUSES}
          value={status ?? null}
          onChange={(option) => option && setStatus(option)}
        />
      </div>
      <div className="field">
        <label htmlFor="fault-times">How often</label>
        <Textfield
          id="fault-times"
          type="number"
          min={1}
          value={times}
          onChange={(event) => setTimes(event.currentTarget.value)}
        />
      </div>
      <div className="bulk-actions">
        <Button type="submit">Switch on</Button>
        <Button appearance="subtle" onClick={() => void change({ jira: [] }, 'Jira answers as usual')}>
          Switch off
        </Button>
      </div>
    </form>
  );
}

function EventFaults() {
  const change = useSwitch();
  const [delaySeconds, setDelay] = useState('30');
  const [copies, setCopies] = useState('2');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const events = { delayMs: Number(delaySeconds) * 1000, copies: Number(copies) };
    void change({ events }, `Events come ${delaySeconds} s late, ${copies} times`);
  };
  return (
    <form className="faults" aria-label="Product events come late or twice" onSubmit={submit}>
      <h2>Product events come late or twice</h2>
      <div className="field">
        <label htmlFor="fault-delay">Delay in seconds</label>
        <Textfield
          id="fault-delay"
          type="number"
          min={0}
          value={delaySeconds}
          onChange={(event) => setDelay(event.currentTarget.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="fault-copies">Copies of each event</label>
        <Textfield
          id="fault-copies"
          type="number"
          min={1}
          value={copies}
          onChange={(event) => setCopies(event.currentTarget.value)}
        />
      </div>
      <div className="bulk-actions">
        <Button type="submit">Switch on</Button>
        <Button
          appearance="subtle"
          onClick={() => void change({ events: { delayMs: 0, copies: 1 } }, 'Events come once and at once')}
        >
          Switch off
        </Button>
      </div>
    </form>
  );
}

function GadgetFault() {
  const change = useSwitch();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void change({ refuseForgeGadgets: true }, 'REST knows no Forge gadgets');
  };
  return (
    <form className="faults" aria-label="REST knows no Forge gadgets" onSubmit={submit}>
      <h2>REST knows no Forge gadgets</h2>
      <p>
        Adding one to a dashboard answers 400 and the list of gadgets has none. A person can still add it in
        the dialog of the dashboard.
      </p>
      <div className="bulk-actions">
        <Button type="submit">Switch on</Button>
        <Button
          appearance="subtle"
          onClick={() => void change({ refuseForgeGadgets: false }, 'REST knows Forge gadgets')}
        >
          Switch off
        </Button>
      </div>
    </form>
  );
}

/** Switches for the faults that a real site has now and then. */
export function FaultsTab() {
  return (
    <div className="fault-forms">
      <JiraFaults />
      <EventFaults />
      <GadgetFault />
    </div>
  );
}
