import { createContext, useContext, type FocusEvent, type MouseEvent } from 'react';
import AkButton, { LinkButton as AkLinkButton } from '@atlaskit/button/new';
import { follow } from '../routing';
import type { PropsOf } from './coverage';
import { eventOf } from './events';
import { buttonIcon } from './glyphs';
import { draw, useTell, type Drawn } from './nodes';

/** The look that a group gives its buttons. */
const GroupLook = createContext<PropsOf<'ButtonGroup'>['appearance']>(undefined);

type Press = PropsOf<'Button'> | PropsOf<'LinkButton'> | PropsOf<'LoadingButton'>;

/** What all buttons have in common; functions of the app get plain events. */
function usePress(props: Press) {
  const tell = useTell();
  const look = useContext(GroupLook);
  return {
    appearance: props.appearance ?? look ?? 'default',
    autoFocus: props.autoFocus ?? false,
    isDisabled: props.isDisabled ?? false,
    isSelected: props.isSelected ?? false,
    shouldFitContainer: props.shouldFitContainer ?? false,
    spacing: props.spacing ?? 'default',
    onClick: (event: MouseEvent) => void tell(props.onClick, eventOf(event)),
    onBlur: (event: FocusEvent) => void tell(props.onBlur, eventOf(event)),
    onFocus: (event: FocusEvent) => void tell(props.onFocus, eventOf(event)),
  } as const;
}

/** A button. */
export function Button({ props, node }: Drawn<'Button'>) {
  const { iconBefore, iconAfter, type = 'button' } = props;
  return (
    <AkButton
      {...usePress(props)}
      type={type}
      {...(iconBefore === undefined ? {} : { iconBefore: buttonIcon(iconBefore) })}
      {...(iconAfter === undefined ? {} : { iconAfter: buttonIcon(iconAfter) })}
    >
      {draw(node.children)}
    </AkButton>
  );
}

/** A button that shows that it is at work. */
export function LoadingButton({ props, node }: Drawn<'LoadingButton'>) {
  const { type = 'button', isLoading = false } = props;
  return (
    <AkButton {...usePress(props)} type={type} isLoading={isLoading}>
      {draw(node.children)}
    </AkButton>
  );
}

/** A link that looks like a button. */
export function LinkButton({ props, node }: Drawn<'LinkButton'>) {
  const { href = '', target } = props;
  const press = usePress(props);
  const url = new URL(href, window.location.href);
  const isOurs = url.origin === window.location.origin && target !== '_blank';
  return (
    <AkLinkButton
      {...press}
      href={href}
      {...(target === undefined ? {} : { target })}
      onClick={(event) => {
        press.onClick(event);
        if (isOurs) follow(event, url.pathname + url.search);
      }}
    >
      {draw(node.children)}
    </AkLinkButton>
  );
}

/** Buttons side by side. */
export function ButtonGroup({ props, node }: Drawn<'ButtonGroup'>) {
  const { label, titleId, appearance } = props;
  return (
    <GroupLook.Provider value={appearance}>
      <div className="uk-buttons" role="group" aria-label={label} aria-labelledby={titleId}>
        {draw(node.children)}
      </div>
    </GroupLook.Provider>
  );
}
