import CircleIcon from '@atlaskit/icon/core/check-circle-unchecked';
import ClockIcon from '@atlaskit/icon/core/clock';
import PersonIcon from '@atlaskit/icon/core/person-warning';
import ErrorIcon from '@atlaskit/icon/core/status-error';
import SuccessIcon from '@atlaskit/icon/core/status-success';
import Spinner from '@atlaskit/spinner';

/** States of a section, a step or a connection. */
export type Mark = 'done' | 'todo' | 'waiting' | 'person' | 'broken' | 'working';

const icons = {
  done: SuccessIcon,
  todo: CircleIcon,
  waiting: ClockIcon,
  person: PersonIcon,
  broken: ErrorIcon,
} as const;

const words: Readonly<Record<Mark, string>> = {
  done: 'Done',
  todo: 'To do',
  waiting: 'Waits',
  person: 'Needs a person',
  broken: 'Broken',
  working: 'Working',
};

/** A state as icon, text and colour. */
export function StateMark({ mark, text }: { mark: Mark; text?: string | undefined }) {
  const Icon = mark === 'working' ? null : icons[mark];
  return (
    <span className={`qa-mark qa-mark-${mark}`}>
      {Icon === null ? (
        <Spinner size="xsmall" label="" />
      ) : (
        <Icon label="" color="currentColor" size="small" />
      )}
      {text ?? words[mark]}
    </span>
  );
}
