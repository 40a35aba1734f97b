import { IconButton } from '@atlaskit/button/new';
import DropdownMenu, { DropdownItemRadio, DropdownItemRadioGroup } from '@atlaskit/dropdown-menu';
import ThemeIcon from '@atlaskit/icon/core/theme';
import { useTheme, type ThemeChoice } from './theme';

const CHOICES: readonly [ThemeChoice, string][] = [
  ['light', 'Light'],
  ['dark', 'Dark'],
  ['auto', 'Match system'],
];

/** Switches between the light and the dark theme. */
export function ThemeMenu() {
  const { choice, choose } = useTheme();
  return (
    <DropdownMenu<HTMLButtonElement>
      placement="bottom-end"
      shouldRenderToParent
      trigger={({ triggerRef, ...props }) => (
        <IconButton {...props} ref={triggerRef} icon={ThemeIcon} label="Theme" appearance="subtle" />
      )}
    >
      <DropdownItemRadioGroup id="theme" title="Theme">
        {CHOICES.map(([value, name]) => (
          <DropdownItemRadio
            key={value}
            id={`theme-${value}`}
            isSelected={value === choice}
            onClick={() => choose(value)}
          >
            {name}
          </DropdownItemRadio>
        ))}
      </DropdownItemRadioGroup>
    </DropdownMenu>
  );
}
