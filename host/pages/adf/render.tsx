import { createElement, Fragment, type ReactNode } from 'react';
import Lozenge from '@atlaskit/lozenge';
import SectionMessage from '@atlaskit/section-message';
import type { AdfNode } from '../rest/shapes';
import { useSession } from '../shell/session';

const PANELS = {
  info: 'information',
  note: 'discovery',
  success: 'success',
  warning: 'warning',
  error: 'error',
} as const;
const SAFE_LINK = /^(https?:|mailto:|\/)/iu;

const textAttr = (node: AdfNode, name: string): string | undefined => {
  const value = node.attrs?.[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
};

const children = (node: AdfNode): ReactNode =>
  (node.content ?? []).map((child, index) => <Fragment key={index}>{draw(child)}</Fragment>);

function linked(href: unknown, inner: ReactNode): ReactNode {
  return typeof href === 'string' && SAFE_LINK.test(href) ? (
    <a href={href} rel="noreferrer">
      {inner}
    </a>
  ) : (
    inner
  );
}

const TAGS: Readonly<Record<string, string>> = {
  strong: 'strong',
  em: 'em',
  code: 'code',
  underline: 'u',
  strike: 's',
};

function marked(node: AdfNode): ReactNode {
  let inner: ReactNode = node.text ?? '';
  for (const mark of node.marks ?? []) {
    const tag = TAGS[mark.type];
    if (tag !== undefined) inner = createElement(tag, null, inner);
    if (mark.type === 'link') inner = linked(mark.attrs?.['href'], inner);
    if (mark.type === 'subsup')
      inner = createElement(mark.attrs?.['type'] === 'sub' ? 'sub' : 'sup', null, inner);
  }
  return inner;
}

function table(node: AdfNode): ReactNode {
  return (
    <div className="adf-table" tabIndex={0} role="region" aria-label="Table">
      <table>
        <tbody>{children(node)}</tbody>
      </table>
    </div>
  );
}

function cell(node: AdfNode): ReactNode {
  const span = (name: string): number | undefined => Number(textAttr(node, name)) || undefined;
  return createElement(
    node.type === 'tableHeader' ? 'th' : 'td',
    { colSpan: span('colspan'), rowSpan: span('rowspan') },
    children(node),
  );
}

function panel(node: AdfNode): ReactNode {
  const kind = textAttr(node, 'panelType') ?? 'info';
  return (
    <SectionMessage appearance={kind in PANELS ? PANELS[kind as keyof typeof PANELS] : 'information'}>
      <div>{children(node)}</div>
    </SectionMessage>
  );
}

const LOZENGES = {
  green: 'success',
  blue: 'inprogress',
  red: 'removed',
  yellow: 'moved',
  purple: 'new',
} as const;

function status(node: AdfNode): ReactNode {
  const color = textAttr(node, 'color') ?? '';
  const appearance = color in LOZENGES ? LOZENGES[color as keyof typeof LOZENGES] : 'default';
  return <Lozenge appearance={appearance}>{textAttr(node, 'text')}</Lozenge>;
}

function date(node: AdfNode): ReactNode {
  const at = new Date(Number(textAttr(node, 'timestamp')));
  return (
    <time dateTime={at.toISOString()}>
      {at.toLocaleDateString('en', { dateStyle: 'medium', timeZone: 'UTC' })}
    </time>
  );
}

const DRAWN: Readonly<Record<string, (node: AdfNode) => ReactNode>> = {
  doc: (node) => <div className="adf">{children(node)}</div>,
  text: marked,
  paragraph: (node) => <p>{children(node)}</p>,
  hardBreak: () => <br />,
  rule: () => <hr />,
  heading: (node) =>
    createElement(`h${Math.min(6, Math.max(3, Number(textAttr(node, 'level') ?? 3)))}`, null, children(node)),
  bulletList: (node) => <ul>{children(node)}</ul>,
  orderedList: (node) => <ol start={Number(textAttr(node, 'order') ?? 1)}>{children(node)}</ol>,
  listItem: (node) => <li>{children(node)}</li>,
  blockquote: (node) => <blockquote>{children(node)}</blockquote>,
  codeBlock: (node) => (
    <pre tabIndex={0} aria-label={`Code ${textAttr(node, 'language') ?? ''}`.trim()} role="region">
      <code>{children(node)}</code>
    </pre>
  ),
  panel,
  table,
  tableRow: (node) => <tr>{children(node)}</tr>,
  tableHeader: cell,
  tableCell: cell,
  mention: (node) => <Mention id={textAttr(node, 'id') ?? ''} text={textAttr(node, 'text') ?? ''} />,
  emoji: (node) => textAttr(node, 'text') ?? textAttr(node, 'shortName'),
  inlineCard: (node) => linked(node.attrs?.['url'], textAttr(node, 'url')),
  status,
  date,
  expand: (node) => (
    <details>
      <summary>{textAttr(node, 'title') ?? 'More'}</summary>
      {children(node)}
    </details>
  ),
};

/** A person by their present name, as Jira shows them; the text in the document may be missing or out of date. */
function Mention({ id, text }: { readonly id: string; readonly text: string }) {
  const { users } = useSession();
  const name = users.find((user) => user.accountId === id)?.displayName ?? text;
  return <span className="mention">{name.replace(/^@?/u, '@')}</span>;
}

function draw(node: AdfNode): ReactNode {
  return (DRAWN[node.type] ?? children)(node);
}

/** Shows an ADF document. Links to anything but the web, mail or this site are shown as text. */
export function Adf({ node }: { readonly node: AdfNode }) {
  return <>{draw(node)}</>;
}
