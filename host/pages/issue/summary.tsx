import { useRef, useState, type FormEvent } from 'react';
import Button, { IconButton } from '@atlaskit/button/new';
import EditIcon from '@atlaskit/icon/core/edit';
import Textfield from '@atlaskit/textfield';
import { editIssue } from '../rest/jira';
import type { Issue } from '../rest/shapes';
import { useFlags } from '../shell/flags';

/** The summary: a heading that turns into a field. */
export function Summary({ issue, onDone }: { readonly issue: Issue; readonly onDone: () => void }) {
  const flags = useFlags();
  const [draft, setDraft] = useState<string>();
  const opener = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setDraft(undefined);
    requestAnimationFrame(() => opener.current?.focus());
  };
  const save = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    try {
      await editIssue(issue.key, { summary: draft });
      close();
      onDone();
    } catch (error) {
      flags.refused('The summary was not saved', error);
    }
  };

  if (draft === undefined) {
    return (
      <h1 className="summary">
        {issue.fields.summary}
        <IconButton
          ref={opener}
          icon={EditIcon}
          label="Edit summary"
          spacing="compact"
          appearance="subtle"
          onClick={() => setDraft(issue.fields.summary)}
        />
      </h1>
    );
  }
  return (
    <form
      className="summary-form"
      onSubmit={(event) => void save(event)}
      onKeyDown={(event) => event.key === 'Escape' && close()}
    >
      <h1 className="visually-hidden">{issue.fields.summary}</h1>
      <Textfield
        aria-label="Summary"
        autoFocus
        value={draft}
        onChange={(event) => setDraft(event.currentTarget.value)}
      />
      <Button type="submit" appearance="primary">
        Save
      </Button>
      <Button appearance="subtle" onClick={close}>
        Cancel
      </Button>
    </form>
  );
}
