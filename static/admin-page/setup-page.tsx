import Button from '@atlaskit/button/new';
import Heading from '@atlaskit/heading';
import Lozenge from '@atlaskit/lozenge';
import SectionMessage from '@atlaskit/section-message';
import Textfield from '@atlaskit/textfield';
import { useState, type FormEvent, type ReactElement } from 'react';
import * as v from 'valibot';
import { setupSteps, type EnrolmentFacts, type StepReport } from '#core/panel/admin-contract';
import { PublicJwk } from '#core/protocol/jwk';
import { adminCall, findGroup } from './admin-bridge';

/** The plain set-up page: operators, Jira's configuration step by step, the executor, approvers per connection. */
export function SetupPage(): ReactElement {
  const [problem, setProblem] = useState<string | null>(null);
  const [connections, setConnections] = useState<readonly string[]>([]);
  const attempt = (work: () => Promise<void>): void => {
    setProblem(null);
    work().catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
  };
  return (
    <div className="setup">
      <Heading size="large" as="h1">
        Set up Query Change
      </Heading>
      {problem !== null && (
        <SectionMessage appearance="error" title="That did not work">
          <p>{problem}</p>
        </SectionMessage>
      )}
      <JiraSteps attempt={attempt} />
      <Enrolment attempt={attempt} onEnrolled={setConnections} />
      {connections.length > 0 && <p>Enrolled. Connections: {connections.join(', ')}.</p>}
    </div>
  );
}

type Attempt = (work: () => Promise<void>) => void;

function JiraSteps({ attempt }: { attempt: Attempt }): ReactElement {
  const [reports, setReports] = useState<readonly StepReport[]>([]);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => textOf(form, name);
    attempt(async () => {
      setReports([]);
      const operatorGroup = await findGroup(text('operators'));
      const approverGroup = await findGroup(text('approvers'));
      const keys = text('connections')
        .split(/[\s,]+/)
        .filter(Boolean);
      const policy = (key: string): { approverGroup: typeof approverGroup; approvals: number } => ({
        approverGroup,
        approvals: key.endsWith('prod') ? 2 : 1,
      });
      const policies = Object.fromEntries(keys.map((key) => [key, policy(key)]));
      await adminCall('save-policies', { policies, operatorGroup });
      for (const step of setupSteps) {
        const report = await adminCall('setup-step', { step, projectKey: text('project') });
        setReports((before) => [...before, report]);
        if (report.state === 'manual') return;
      }
    });
  };
  return (
    <section aria-labelledby="jira-title">
      <Heading size="medium" as="h2" id="jira-title">
        1. Jira
      </Heading>
      <p>
        Makes the issue type, statuses, workflow, screens and schemes for one company-managed project, and
        shows the panel there. Each step can be repeated; what is right stays as it is.
      </p>
      <form onSubmit={submit}>
        <Field name="project" label="Project key" />
        <Field name="operators" label="Group that may run and resolve changes" />
        <Field name="approvers" label="Group whose members approve" />
        <Field
          name="connections"
          label="Connection keys, separated by commas (keys ending in prod need two approvals)"
        />
        <Button type="submit" appearance="primary">
          Run all steps
        </Button>
      </form>
      <ol aria-live="polite">
        {reports.map((report) => (
          <li key={report.step}>
            <Lozenge appearance={report.state === 'manual' ? 'removed' : 'success'}>{report.state}</Lozenge>{' '}
            {report.message} {report.instruction}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Enrolment({
  attempt,
  onEnrolled,
}: {
  attempt: Attempt;
  onEnrolled: (connections: readonly string[]) => void;
}): ReactElement {
  const [facts, setFacts] = useState<(EnrolmentFacts & { token: string; sha256: string }) | null>(null);
  const prepare = (): void =>
    attempt(async () => {
      const [known, token] = [await adminCall('enrolment-facts', {}), await adminCall('enrolment-token', {})];
      setFacts({ ...known, ...token });
    });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    attempt(async () => {
      const executorKey = v.parse(PublicJwk, JSON.parse(textOf(form, 'key')));
      const executorId = textOf(form, 'id');
      const { connections } = await adminCall('enrol-executor', {
        executorId,
        executorKey,
        token: facts?.token ?? '',
      });
      onEnrolled(connections);
    });
  };
  return (
    <section aria-labelledby="executor-title">
      <Heading size="medium" as="h2" id="executor-title">
        2. Executor
      </Heading>
      <p>
        Set the executor&apos;s address under Connected apps, put these facts into its configuration, start
        it, and enter what <code>executor key --print</code> shows.
      </p>
      <Button onClick={prepare}>Make a one-time token</Button>
      {facts && (
        <>
          <pre aria-label="For the executor's configuration">
            {JSON.stringify(
              {
                installation: facts.installation,
                keys: [facts.appKey],
                receiptUrl: facts.receiptUrl,
                enrolmentTokenSha256: facts.sha256,
              },
              null,
              2,
            )}
          </pre>
          <form onSubmit={submit}>
            <Field name="id" label="Executor id" />
            <Field name="key" label="Executor's public key (JSON)" />
            <Button type="submit" appearance="primary">
              Enrol
            </Button>
          </form>
        </>
      )}
    </section>
  );
}

function textOf(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value.trim() : '';
}

function Field({ name, label }: { name: string; label: string }): ReactElement {
  return (
    <label htmlFor={`setup-${name}`}>
      {label}
      <Textfield id={`setup-${name}`} name={name} isRequired />
    </label>
  );
}
