import { useState, type ReactNode } from 'react';
import Button from '@atlaskit/button/new';
import { editIssue, readEditMeta } from '../rest/jira';
import type { Issue } from '../rest/shapes';
import { useFlags } from '../shell/flags';
import { FormDialog } from '../shell/form-dialog';
import { PersonName } from '../shell/person';
import { useSession } from '../shell/session';
import { useLoad } from '../use-load';
import { fieldText } from './field-text';
import { Moment } from './time';

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="detail">
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function CustomFields({ issue }: { readonly issue: Issue }) {
  const shown = Object.entries(issue.fields)
    .filter(([id]) => id.startsWith('customfield_'))
    .map(([id, value]) => ({
      id,
      name: issue.names[id] ?? id,
      text: fieldText(issue.renderedFields[id] ?? value),
      ofApp: issue.schema[id]?.custom?.startsWith('ari:cloud:ecosystem::') === true,
    }))
    .filter((field) => field.ofApp || field.text !== '');
  return (
    <>
      {shown.map((field) => (
        <Row key={field.id} name={field.name}>
          {field.text === '' ? <span className="subtle">None</span> : field.text}
        </Row>
      ))}
    </>
  );
}

function EditDialog(props: {
  readonly issue: Issue;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const { issue } = props;
  const fields = useLoad(`edit ${issue.key}`, () => readEditMeta(issue.key)).data;
  const editable = fields?.filter(
    (field) => !['issuetype', 'parent', 'issuelinks', 'comment'].includes(field.fieldId),
  );
  return (
    <FormDialog
      title={`Edit ${issue.key}`}
      action="Save"
      projectKey={issue.fields.project.key}
      fields={editable}
      initial={issue.fields}
      onSubmit={async (values) => {
        await editIssue(issue.key, values);
        props.onDone();
      }}
      onClose={props.onClose}
    />
  );
}

function Assignee({ issue, onDone }: { readonly issue: Issue; readonly onDone: () => void }) {
  const flags = useFlags();
  const { me } = useSession();
  const assign = async (): Promise<void> => {
    try {
      await editIssue(issue.key, { assignee: { accountId: me.accountId } });
      onDone();
    } catch (error) {
      flags.refused('The issue was not assigned', error);
    }
  };
  return (
    <>
      <PersonName user={issue.fields.assignee} />
      {issue.fields.assignee?.accountId === me.accountId ? null : (
        <button type="button" className="link-button" onClick={() => void assign()}>
          Assign to me
        </button>
      )}
    </>
  );
}

/** The right column's details: people, fields, resolution, dates. */
export function Details(props: { readonly issue: Issue; readonly onDone: () => void }) {
  const { issue, onDone } = props;
  const { fields } = issue;
  const [editing, setEditing] = useState(false);
  return (
    <section className="card" aria-labelledby="details-title">
      <div className="card-head">
        <h2 id="details-title">Details</h2>
        <Button spacing="compact" appearance="subtle" onClick={() => setEditing(true)}>
          Edit
        </Button>
      </div>
      <dl>
        <Row name="Assignee">
          <Assignee issue={issue} onDone={onDone} />
        </Row>
        <Row name="Reporter">
          <PersonName user={fields.reporter} none="None" />
        </Row>
        <CustomFields issue={issue} />
        <Row name="Priority">{fields.priority?.name ?? <span className="subtle">None</span>}</Row>
        <Row name="Labels">
          {fields.labels.length === 0 ? <span className="subtle">None</span> : fields.labels.join(', ')}
        </Row>
        <Row name="Resolution">{fields.resolution?.name ?? <span className="subtle">Unresolved</span>}</Row>
        <Row name="Created">
          <Moment at={fields.created} exact />
        </Row>
        <Row name="Updated">
          <Moment at={fields.updated} exact />
        </Row>
        {typeof fields.resolutiondate === 'string' ? (
          <Row name="Resolved">
            <Moment at={fields.resolutiondate} exact />
          </Row>
        ) : null}
      </dl>
      {editing ? <EditDialog issue={issue} onDone={onDone} onClose={() => setEditing(false)} /> : null}
    </section>
  );
}
