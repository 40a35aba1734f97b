import AkDynamicTable from '@atlaskit/dynamic-table';
import ModalDialog, {
  ModalBody as AkModalBody,
  ModalFooter as AkModalFooter,
  ModalHeader as AkModalHeader,
  ModalTitle as AkModalTitle,
  ModalTransition as AkModalTransition,
} from '@atlaskit/modal-dialog';
import AkTabs, { Tab as AkTab, TabList as AkTabList, TabPanel as AkTabPanel } from '@atlaskit/tabs';
import * as v from 'valibot';
import { wrapped, type ForgeNode } from './forge-doc';
import { draw, Refused, useTell, type Drawn } from './nodes';

/** Tabs. */
export function Tabs({ props, node }: Drawn<'Tabs'>) {
  const tell = useTell();
  const { onChange, ...rest } = props;
  return (
    <div className="uk-tabs">
      <AkTabs {...rest} onChange={(index) => void tell(onChange, index)}>
        {draw(node.children)}
      </AkTabs>
    </div>
  );
}
export const TabList = ({ node }: Drawn<'TabList'>) => <AkTabList>{draw(node.children)}</AkTabList>;
export const Tab = ({ node }: Drawn<'Tab'>) => <AkTab>{draw(node.children)}</AkTab>;
export const TabPanel = ({ node }: Drawn<'TabPanel'>) => (
  <AkTabPanel>
    <div className="uk-tab-panel">{draw(node.children)}</div>
  </AkTabPanel>
);

const Key = v.exactOptional(v.union([v.string(), v.number()]));
const HeadCell = v.strictObject({
  cellKey: Key,
  colSpan: v.exactOptional(v.number()),
  isSortable: v.exactOptional(v.boolean()),
  shouldTruncate: v.exactOptional(v.boolean()),
  width: v.exactOptional(v.number()),
});
const BodyCell = v.strictObject({ cellKey: Key, colSpan: v.exactOptional(v.number()) });
const BodyRow = v.strictObject({ rowKey: Key, isHighlighted: v.exactOptional(v.boolean()) });

const given = (node: ForgeNode): object =>
  Object.fromEntries(Object.entries(node.props).filter(([, value]) => value !== undefined));

/** The wrapper of `@forge/react` turns `head` and `rows` into nodes; here they become Atlaskit's shape again. */
function tableParts(node: ForgeNode) {
  const head = wrapped(node, 'head').map((cell, index) => {
    const { cellKey, ...props } = v.parse(HeadCell, given(cell));
    return { ...props, key: String(cellKey ?? index), content: <>{draw(cell.children)}</> };
  });
  const rows = wrapped(node, 'rows').map((row) => {
    const { rowKey, ...props } = v.parse(BodyRow, given(row));
    const cells = row.children.map((cell) => {
      const { cellKey, ...rest } = v.parse(BodyCell, given(cell));
      return {
        ...rest,
        ...(cellKey === undefined ? {} : { key: cellKey }),
        content: <>{draw(cell.children)}</>,
      };
    });
    return { ...props, key: String(rowKey ?? row.key), cells };
  });
  return { head, rows };
}

/** A table with sorting and pages. Cells sort by their `key`, as Atlaskit's do. */
export function DynamicTable({ props, node }: Drawn<'DynamicTable'>) {
  const tell = useTell();
  const { emptyView, onSetPage, highlightedRowIndex, ...rest } = props;
  const { head, rows } = tableParts(node);
  const isEmpty = rows.length === 0;
  const name = props.label ?? props.caption ?? 'Table';
  return (
    <div className="uk-table" role="region" aria-label={name} tabIndex={0}>
      <AkDynamicTable
        {...rest}
        {...(head.length === 0 ? {} : { head: { cells: head } })}
        rows={rows}
        {...(highlightedRowIndex === undefined ? {} : { highlightedRowIndex })}
        {...(isEmpty && emptyView !== undefined ? { emptyView: <>{draw(emptyView)}</> } : {})}
        onSetPage={(page) => void tell(onSetPage, page)}
      />
    </div>
  );
}

const WIDTHS = ['small', 'medium', 'large', 'x-large'];

/** A dialog above the page. */
export function Modal({ props, node }: Drawn<'Modal'>) {
  const tell = useTell();
  const { onClose, width = 'medium', height, label, title, autoFocus, shouldScrollInViewport } = props;
  if (typeof width === 'string' && !WIDTHS.includes(width) && !/^\d/u.test(width))
    return <Refused text={`UI Kit component Modal: the width ${width} is not modelled by the local host`} />;
  return (
    <ModalDialog
      width={width}
      {...(height === undefined ? {} : { height })}
      {...(label === undefined ? {} : { label })}
      // The type has only the form with a ref, which no app in another frame can pass.
      {...(autoFocus === undefined ? {} : { autoFocus: autoFocus as never })}
      {...(shouldScrollInViewport === undefined ? {} : { shouldScrollInViewport })}
      onClose={() => void tell(onClose)}
    >
      {title === undefined ? null : (
        <AkModalHeader hasCloseButton>
          <AkModalTitle>{title}</AkModalTitle>
        </AkModalHeader>
      )}
      {draw(node.children)}
    </ModalDialog>
  );
}
export const ModalTransition = ({ node }: Drawn<'ModalTransition'>) => (
  <AkModalTransition>{draw(node.children)}</AkModalTransition>
);
export const ModalHeader = ({ node }: Drawn<'ModalHeader'>) => (
  <AkModalHeader hasCloseButton>{draw(node.children)}</AkModalHeader>
);
export const ModalTitle = ({ props, node }: Drawn<'ModalTitle'>) => (
  <AkModalTitle {...props}>{draw(node.children)}</AkModalTitle>
);
export const ModalBody = ({ props, node }: Drawn<'ModalBody'>) => (
  <AkModalBody {...props}>{draw(node.children)}</AkModalBody>
);
export const ModalFooter = ({ node }: Drawn<'ModalFooter'>) => (
  <AkModalFooter>{draw(node.children)}</AkModalFooter>
);
