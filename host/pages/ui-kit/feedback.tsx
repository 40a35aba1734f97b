import { useId, useState } from 'react';
import AkEmptyState from '@atlaskit/empty-state';
import AkSectionMessage, { SectionMessageAction as AkAction } from '@atlaskit/section-message';
import AkSpinner from '@atlaskit/spinner';
import { eventOf } from './events';
import { draw, useTell, type Drawn } from './nodes';

/** A message in its own box. */
export function SectionMessage({ props, node }: Drawn<'SectionMessage'>) {
  const { actions = [], appearance = 'information', title } = props;
  const inner = <div className="uk-message">{draw(node.children)}</div>;
  const shared = { appearance, ...(actions.length === 0 ? {} : { actions: draw(actions) }) };
  return title === undefined ? (
    <AkSectionMessage {...shared}>{inner}</AkSectionMessage>
  ) : (
    <AkSectionMessage {...shared} title={title}>
      {inner}
    </AkSectionMessage>
  );
}

/** A link or a button of a message. */
export function SectionMessageAction({ props, node }: Drawn<'SectionMessageAction'>) {
  const tell = useTell();
  const { href, onClick } = props;
  return (
    <AkAction
      {...(href === undefined ? {} : { href })}
      {...(onClick === undefined ? {} : { onClick: (event) => void tell(onClick, eventOf(event)) })}
    >
      {draw(node.children)}
    </AkAction>
  );
}

/** What is shown in place of nothing. */
export function EmptyState({ props }: Drawn<'EmptyState'>) {
  const { header, headingLevel = 4, isLoading = false, width = 'wide', buttonGroupLabel } = props;
  const slot = (name: 'description' | 'primaryAction' | 'secondaryAction' | 'tertiaryAction') => {
    const nodes = props[name];
    return nodes === undefined || nodes.length === 0 ? {} : { [name]: <>{draw(nodes)}</> };
  };
  return (
    <AkEmptyState
      header={header}
      headingLevel={headingLevel}
      isLoading={isLoading}
      width={width}
      {...(buttonGroupLabel === undefined ? {} : { buttonGroupLabel })}
      {...slot('description')}
      {...slot('primaryAction')}
      {...slot('secondaryAction')}
      {...slot('tertiaryAction')}
    />
  );
}

/** Something is on its way. */
export function Spinner({ props }: Drawn<'Spinner'>) {
  const { label = 'Loading', ...rest } = props;
  return <AkSpinner label={label} {...rest} />;
}

/** How far something is, from 0 to 1. */
export function ProgressBar({ props }: Drawn<'ProgressBar'>) {
  const { value = 0, isIndeterminate = false, ariaLabel = 'Progress', appearance = 'default' } = props;
  const share = Math.min(1, Math.max(0, value));
  return (
    <div
      className="uk-progress"
      data-appearance={appearance}
      data-indeterminate={isIndeterminate}
      role="progressbar"
      aria-label={ariaLabel}
      aria-valuemin={0}
      aria-valuemax={1}
      {...(isIndeterminate ? {} : { 'aria-valuenow': share })}
    >
      <div style={{ inlineSize: isIndeterminate ? '40%' : `${share * 100}%` }} />
    </div>
  );
}

/** Words that come up on hover and focus, and go by Escape. */
export function Tooltip({ props, node }: Drawn<'Tooltip'>) {
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <span
      className="uk-tooltip"
      aria-describedby={id}
      onMouseEnter={() => setOpen(true)}
      onMouseLeave={() => setOpen(false)}
      onFocus={() => setOpen(true)}
      onBlur={() => setOpen(false)}
      onKeyDown={({ key }) => {
        if (key === 'Escape') setOpen(false);
      }}
    >
      {draw(node.children)}
      <span role="tooltip" id={id} className="uk-tooltip-words" data-open={open}>
        {props.content}
      </span>
    </span>
  );
}
