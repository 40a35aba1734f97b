import { useState } from 'react';
import AkBadge from '@atlaskit/badge';
import CloseIcon from '@atlaskit/icon/core/close';
import AkLozenge from '@atlaskit/lozenge';
import { textOf } from './forge-doc';
import { draw, useTell, type Drawn } from './nodes';

/** A number in a pill. */
export function Badge({ props, node }: Drawn<'Badge'>) {
  const text = textOf(node.children);
  // The component only caps numbers, and the app's numbers have become text on their way.
  return <AkBadge {...props}>{text !== '' && Number.isFinite(Number(text)) ? Number(text) : text}</AkBadge>;
}

/** Newer names of the looks of a lozenge. */
const LOOKS = {
  warning: 'moved',
  danger: 'removed',
  information: 'inprogress',
  neutral: 'default',
  discovery: 'new',
} as const;

/** A state in a box. */
export function Lozenge({ props, node }: Drawn<'Lozenge'>) {
  const { appearance = 'default', isBold = false, maxWidth = 200 } = props;
  const look = appearance in LOOKS ? LOOKS[appearance as keyof typeof LOOKS] : appearance;
  return (
    <AkLozenge appearance={look} isBold={isBold} maxWidth={maxWidth}>
      {draw(node.children)}
    </AkLozenge>
  );
}

/** A label that the person may remove. */
export function Tag({ props }: Drawn<'Tag'>) {
  const tell = useTell();
  const [removed, setRemoved] = useState(false);
  const { text, href, isRemovable = false, color = 'standard', appearance = 'default' } = props;
  if (removed) return null;
  async function remove(): Promise<void> {
    if ((await props.onBeforeRemoveAction?.()) === false) return;
    setRemoved(true);
    void tell(props.onAfterRemoveAction, text);
  }
  return (
    <span className="uk-tag" data-color={color} data-appearance={appearance}>
      {href === undefined ? text : <a href={href}>{text}</a>}
      {isRemovable ? (
        <button
          type="button"
          aria-label={`${props.removeButtonLabel ?? 'Remove'} ${text}`}
          onClick={() => void remove()}
        >
          <CloseIcon label="" size="small" />
        </button>
      ) : null}
    </span>
  );
}

/** Labels side by side. */
export function TagGroup({ props, node }: Drawn<'TagGroup'>) {
  return (
    <div className="uk-tags" data-alignment={props.alignment ?? 'start'}>
      {draw(node.children)}
    </div>
  );
}
