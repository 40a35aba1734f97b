import type { CSSProperties } from 'react';
import type { PropsOf } from './coverage';
import { draw, type Drawn } from './nodes';
import { tokenCss } from './tokens';

const SIDES = {
  start: 'flex-start',
  center: 'center',
  end: 'flex-end',
  baseline: 'baseline',
  stretch: 'stretch',
};

const css = (token: string | undefined): string | undefined =>
  token === undefined ? undefined : tokenCss(token);

/** A container with tokens for its looks. */
export function Box({ props, node }: Drawn<'Box'>) {
  const { role, xcss, backgroundColor, padding, paddingBlock, paddingInline } = props;
  const block = paddingBlock ?? padding;
  const inline = paddingInline ?? padding;
  const style: CSSProperties = {
    backgroundColor: css(backgroundColor),
    paddingBlockStart: css(props.paddingBlockStart ?? block),
    paddingBlockEnd: css(props.paddingBlockEnd ?? block),
    paddingInlineStart: css(props.paddingInlineStart ?? inline),
    paddingInlineEnd: css(props.paddingInlineEnd ?? inline),
    ...xcss,
  };
  return (
    <div className="uk-box" role={role} style={style}>
      {draw(node.children)}
    </div>
  );
}

function justify(spread: string | undefined, align: keyof typeof SIDES | undefined): string | undefined {
  return spread ?? (align === undefined ? undefined : SIDES[align]);
}

/** What a row and a column have in common. */
function base({ space, grow }: PropsOf<'Stack'>): CSSProperties {
  return { gap: css(space), ...(grow === 'fill' ? { flexGrow: 1, inlineSize: '100%' } : {}) };
}

/** Children beside each other. */
export function Inline({ props, node }: Drawn<'Inline'>) {
  const { alignBlock = 'start', alignInline, spread, rowSpace, separator, shouldWrap = false } = props;
  const style: CSSProperties = {
    ...base(props),
    rowGap: css(rowSpace ?? props.space),
    alignItems: SIDES[alignBlock],
    justifyContent: justify(spread, alignInline),
    flexWrap: shouldWrap ? 'wrap' : 'nowrap',
  };
  return (
    <div className="uk-inline" style={style}>
      {draw(node.children).map((child, index) =>
        separator === undefined || index === 0 ? (
          child
        ) : (
          <span className="uk-separated" key={child.key}>
            <span aria-hidden="true">{separator}</span>
            {child}
          </span>
        ),
      )}
    </div>
  );
}

/** Children below each other. */
export function Stack({ props, node }: Drawn<'Stack'>) {
  const { alignBlock, alignInline = 'stretch', spread } = props;
  const style: CSSProperties = {
    ...base(props),
    alignItems: SIDES[alignInline],
    justifyContent: justify(spread, alignBlock),
  };
  return (
    <div className="uk-stack" style={style}>
      {draw(node.children)}
    </div>
  );
}

/** Children that reach over the edge of their container. */
export function Bleed({ props, node }: Drawn<'Bleed'>) {
  const out = (token: string | undefined) =>
    token === undefined ? undefined : `calc(-1 * ${tokenCss(token)})`;
  const style = { marginBlock: out(props.block ?? props.all), marginInline: out(props.inline ?? props.all) };
  return <div style={style}>{draw(node.children)}</div>;
}
