import { createContext, useContext, type CSSProperties } from 'react';
import AkHeading from '@atlaskit/heading';
import { follow } from '../routing';
import { PersonName, Initials } from '../shell/person';
import { useSession } from '../shell/session';
import { Glyph } from './glyphs';
import { draw, Refused, type Drawn } from './nodes';
import { tokenCss } from './tokens';

/** True below a text: a text inside another is part of its line. */
const InText = createContext(false);

const FONTS = { small: 'font.body.small', medium: 'font.body', large: 'font.body.large' } as const;

/** ⚠ A paragraph unless `as` says otherwise; `strong` and `em` flow in the line. */
export function Text({ props, node }: Drawn<'Text'>) {
  const nested = useContext(InText);
  const { as, align, color, maxLines, size, weight } = props;
  const Tag = as === undefined ? (nested ? 'span' : 'p') : as === 'strike' ? 's' : as;
  const style: CSSProperties = {
    color: color === undefined ? undefined : tokenCss(color),
    font: size === undefined && nested ? undefined : tokenCss(FONTS[size ?? 'medium']),
    fontWeight: weight === undefined ? undefined : tokenCss(`font.weight.${weight}`),
    textAlign: align,
    ...(maxLines === undefined ? {} : { WebkitLineClamp: maxLines }),
  };
  return (
    <Tag className={maxLines === undefined ? 'uk-text' : 'uk-text uk-clamped'} style={style}>
      <InText.Provider value>{draw(node.children)}</InText.Provider>
    </Tag>
  );
}

/** A heading. */
export function Heading({ props, node }: Drawn<'Heading'>) {
  const { size = 'medium', ...rest } = props;
  return (
    <AkHeading size={size} {...rest}>
      {draw(node.children)}
    </AkHeading>
  );
}

export const Strong = ({ node }: Drawn<'Strong'>) => <strong>{draw(node.children)}</strong>;
export const Em = ({ node }: Drawn<'Em'>) => <em>{draw(node.children)}</em>;
export const Strike = ({ node }: Drawn<'Strike'>) => <s>{draw(node.children)}</s>;
export const Code = ({ node }: Drawn<'Code'>) => <code className="uk-code">{draw(node.children)}</code>;

/** A list. */
export function List({ props, node }: Drawn<'List'>) {
  const Tag = props.type === 'ordered' ? 'ol' : 'ul';
  return <Tag className="uk-list">{draw(node.children)}</Tag>;
}
export const ListItem = ({ node }: Drawn<'ListItem'>) => <li>{draw(node.children)}</li>;

/** Whether an address may be followed: the web, mail, or a path of this site. */
const SAFE = /^(https?:|mailto:|\/|\?|#)/iu;

/** A link; one of this site is followed without loading the page anew. */
export function Link({ props, node }: Drawn<'Link'>) {
  const { href, openNewTab = false } = props;
  if (!SAFE.test(href)) return <Refused text={`UI Kit component Link: the address ${href} is refused`} />;
  if (openNewTab)
    return (
      <a href={href} target="_blank" rel="noopener noreferrer">
        {draw(node.children)}
      </a>
    );
  const url = new URL(href, window.location.href);
  const isOurs = url.origin === window.location.origin;
  return (
    <a href={href} {...(isOurs ? { onClick: (event) => follow(event, url.pathname + url.search) } : {})}>
      {draw(node.children)}
    </a>
  );
}

/** A block of code; UI Kit colours the words of the language, the host does not. */
export function CodeBlock({ props }: Drawn<'CodeBlock'>) {
  const { text, language, showLineNumbers = true, shouldWrapLongLines = false } = props;
  return (
    <pre
      className="uk-code-block"
      data-numbers={showLineNumbers}
      data-wrap={shouldWrapLongLines}
      tabIndex={0}
      role="region"
      aria-label={language === undefined ? 'Code' : `Code, ${language}`}
    >
      <code>
        {text.split('\n').map((line, index) => (
          <span key={index} className="uk-code-line">
            {line}
            {'\n'}
          </span>
        ))}
      </code>
    </pre>
  );
}

/** An icon; its colour is never all that it says, since `label` is required. */
export function Icon({ props }: Drawn<'Icon'>) {
  const { glyph, label, size = 'medium' } = props;
  return (
    <Glyph
      name={glyph}
      label={label}
      size={size === 'small' ? 'small' : 'medium'}
      color={props.color ?? props.primaryColor}
    />
  );
}

const IMAGE_WIDTHS: Readonly<Record<string, number>> = {
  xsmall: 48,
  small: 96,
  medium: 192,
  large: 384,
  xlarge: 768,
};

/** ⚠ The widths of the named sizes. */
export function Image({ props }: Drawn<'Image'>) {
  const { src, alt = '', size, width, height } = props;
  const named = size === undefined ? undefined : IMAGE_WIDTHS[size];
  if (size !== undefined && named === undefined)
    return <Refused text={`UI Kit component Image: the size ${size} is not modelled by the local host`} />;
  return <img className="uk-image" src={src} alt={alt} style={{ width: width ?? named, height }} />;
}

/** A person of the site. */
export function User({ props }: Drawn<'User'>) {
  const { users } = useSession();
  const user = users.find(({ accountId }) => accountId === props.accountId);
  if (props.hideDisplayName !== true) return <PersonName user={user} none="Unknown user" />;
  const name = user?.displayName ?? 'Unknown user';
  return (
    <span role="img" aria-label={name}>
      <Initials name={name} size="small" />
    </span>
  );
}
