import { useState } from 'react';
import DropdownMenu, { DropdownItemRadio, DropdownItemRadioGroup } from '@atlaskit/dropdown-menu';
import { Initials } from './person';
import { useSession } from './session';
import type { Person } from '../host-api';

const roleOf = (person: Person): string =>
  person.role ??
  [
    ...person.groups.filter((group) => !group.startsWith('jira-')),
    ...(person.admin ? ['site admin'] : []),
  ].join(', ');

/** The avatar menu: shows who acts and lets one person play everybody. */
export function UserMenu() {
  const { me, users, become } = useSession();
  const [open, setOpen] = useState(false);
  const choose = (accountId: string): void => {
    setOpen(false);
    void become(accountId);
  };
  return (
    <DropdownMenu<HTMLButtonElement>
      placement="bottom-end"
      isOpen={open}
      onOpenChange={({ isOpen }) => setOpen(isOpen)}
      shouldRenderToParent
      trigger={({ triggerRef, isSelected: _, testId: __, ...props }) => (
        <button
          {...props}
          ref={triggerRef}
          type="button"
          className="avatar-button"
          aria-label={`You are ${me.displayName}. Switch user`}
        >
          <Initials name={me.displayName} size="large" />
        </button>
      )}
    >
      <div className="menu-lead">
        <strong>You are {me.displayName}</strong>
        <span>{roleOf(me)}</span>
      </div>
      <DropdownItemRadioGroup id="user-switcher" title="Act as">
        {users.map((user) => (
          <DropdownItemRadio
            key={user.accountId}
            id={user.accountId}
            isSelected={user.accountId === me.accountId}
            description={roleOf(user)}
            onClick={() => choose(user.accountId)}
          >
            {user.displayName}
          </DropdownItemRadio>
        ))}
      </DropdownItemRadioGroup>
    </DropdownMenu>
  );
}
