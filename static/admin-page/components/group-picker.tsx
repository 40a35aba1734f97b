import type { ReactNode } from 'react';
import type { GroupRef } from '#core/settings/settings';
import { searchGroups } from '../bridge/jira-search';
import type { Option } from '../hooks/use-search';
import { Picker } from './picker';

async function search(query: string): Promise<Option<GroupRef>[]> {
  const groups = await searchGroups(query);
  return groups.map((group) => ({ key: group.id, label: group.name, why: null, value: group }));
}

/** Chooses a group of the site. */
export function GroupPicker(props: {
  readonly label: string;
  readonly group: GroupRef | null;
  readonly onChoose: (group: GroupRef) => void;
  readonly help?: ReactNode;
  readonly isDisabled?: boolean;
}) {
  const { group, ...rest } = props;
  return <Picker<GroupRef> {...rest} chosen={group?.name ?? ''} search={search} />;
}
