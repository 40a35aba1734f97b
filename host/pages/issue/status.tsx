import Lozenge from '@atlaskit/lozenge';
import type { Status } from '../rest/shapes';

const APPEARANCES = { new: 'default', indeterminate: 'inprogress', done: 'success' } as const;

/** Jira's look for the category of a status. */
const appearanceOf = (status: Status) =>
  status.statusCategory.key in APPEARANCES
    ? APPEARANCES[status.statusCategory.key as keyof typeof APPEARANCES]
    : APPEARANCES.new;

/** A status as a lozenge. */
export function StatusLozenge({ status }: { readonly status: Status }) {
  return <Lozenge appearance={appearanceOf(status)}>{status.name}</Lozenge>;
}
