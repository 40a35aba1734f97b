import BugIcon from '@atlaskit/icon/core/bug';
import DatabaseIcon from '@atlaskit/icon/core/database';
import EpicIcon from '@atlaskit/icon/core/epic';
import StoryIcon from '@atlaskit/icon/core/story';
import TaskIcon from '@atlaskit/icon/core/task';

const ICONS = {
  Bug: { Icon: BugIcon, color: 'var(--ds-icon-accent-red)' },
  Story: { Icon: StoryIcon, color: 'var(--ds-icon-accent-green)' },
  Epic: { Icon: EpicIcon, color: 'var(--ds-icon-accent-purple)' },
  'Query Change': { Icon: DatabaseIcon, color: 'var(--ds-icon-accent-teal)' },
} as const;
const OTHER = { Icon: TaskIcon, color: 'var(--ds-icon-accent-blue)' } as const;

/** The sign of an issue type; its name is the accessible name. */
export function IssueTypeIcon({ name }: { readonly name: string }) {
  const { Icon, color } = name in ICONS ? ICONS[name as keyof typeof ICONS] : OTHER;
  return <Icon label={name} color={color} />;
}
