import { useState } from 'react';
import DropdownMenu, { DropdownItem, DropdownItemGroup } from '@atlaskit/dropdown-menu';
import ChevronDownIcon from '@atlaskit/icon/core/chevron-down';
import { startTransition } from '../rest/jira';
import type { Issue, Transition } from '../rest/shapes';
import { fieldIdOf } from '../shell/field-draft';
import { useFlags } from '../shell/flags';
import { FormDialog } from '../shell/form-dialog';
import { StatusLozenge } from './status';

interface Props {
  readonly issue: Issue;
  readonly transitions: readonly Transition[];
  readonly onDone: () => void;
}

const screenFields = (transition: Transition) =>
  Object.entries(transition.fields)
    .map(([id, field]) => ({ ...field, fieldId: field.fieldId ?? id }))
    .filter((field) => fieldIdOf(field) !== 'comment');

/** The dialog of a transition that has a screen: its fields and a comment. */
export function TransitionScreen(props: {
  readonly issue: Pick<Issue, 'key' | 'fields'>;
  readonly transition: Transition;
  readonly onDone: () => void;
  readonly onClose: () => void;
}) {
  const { issue, transition } = props;
  return (
    <FormDialog
      title={transition.name}
      action={transition.name}
      projectKey={issue.fields.project.key}
      fields={screenFields(transition)}
      initial={issue.fields}
      withComment
      onSubmit={async (fields, comment) => {
        await startTransition(issue.key, transition.id, fields, comment);
        props.onDone();
      }}
      onClose={props.onClose}
    />
  );
}

/** Starts transitions; one with a screen asks for its fields first. */
function useTransitions(issue: Issue, onDone: () => void) {
  const flags = useFlags();
  const [screen, setScreen] = useState<Transition>();
  const [busy, setBusy] = useState(false);
  const start = async (transition: Transition): Promise<void> => {
    if (transition.hasScreen) {
      setScreen(transition);
      return;
    }
    setBusy(true);
    try {
      await startTransition(issue.key, transition.id);
      onDone();
    } catch (error) {
      flags.refused(`${transition.name} was refused`, error);
    }
    setBusy(false);
  };
  return { screen, busy, start, closeScreen: () => setScreen(undefined) };
}

function TransitionItems(props: {
  readonly transitions: readonly Transition[];
  readonly onStart: (transition: Transition) => void;
}) {
  if (props.transitions.length === 0) return <p className="menu-empty">No transitions are open to you.</p>;
  return (
    <DropdownItemGroup>
      {props.transitions.map((transition) => (
        <DropdownItem
          key={transition.id}
          elemAfter={<StatusLozenge status={transition.to} />}
          onClick={() => props.onStart(transition)}
        >
          {transition.name}
        </DropdownItem>
      ))}
    </DropdownItemGroup>
  );
}

/** The status of an issue as a button that opens its transitions. */
export function TransitionMenu({ issue, transitions, onDone }: Props) {
  const { screen, busy, start, closeScreen } = useTransitions(issue, onDone);
  const { status } = issue.fields;
  return (
    <>
      <DropdownMenu<HTMLButtonElement>
        shouldRenderToParent
        trigger={({ triggerRef, isSelected: _, testId: __, ...props }) => (
          <button
            {...props}
            ref={triggerRef}
            type="button"
            disabled={busy}
            className={`status-button status-${status.statusCategory.key}`}
            aria-label={`${status.name} - Change status`}
          >
            {status.name}
            <ChevronDownIcon label="" size="small" color="currentColor" />
          </button>
        )}
      >
        <TransitionItems transitions={transitions} onStart={(transition) => void start(transition)} />
      </DropdownMenu>
      {screen ? (
        <TransitionScreen issue={issue} transition={screen} onDone={onDone} onClose={closeScreen} />
      ) : null}
    </>
  );
}
