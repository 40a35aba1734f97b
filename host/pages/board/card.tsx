import { IconButton } from '@atlaskit/button/new';
import DropdownMenu, { DropdownItem, DropdownItemGroup } from '@atlaskit/dropdown-menu';
import MoreIcon from '@atlaskit/icon/core/show-more-horizontal';
import { IssueTypeIcon } from '../issue/issue-type-icon';
import { StatusLozenge } from '../issue/status';
import { readTransitions } from '../rest/jira';
import type { Row, Transition } from '../rest/shapes';
import { Link } from '../routing';
import { Initials } from '../shell/person';
import { useLoad } from '../use-load';

function MoveItems({
  row,
  onMove,
}: {
  readonly row: Row;
  readonly onMove: (transition: Transition) => void;
}) {
  const { data } = useLoad(`move ${row.key} ${row.fields.status.id}`, () => readTransitions(row.key));
  if (!data) return <p className="menu-empty">Loading…</p>;
  if (data.length === 0) return <p className="menu-empty">No transitions are open to you.</p>;
  return (
    <DropdownItemGroup title="Move">
      {data.map((transition) => (
        <DropdownItem
          key={transition.id}
          elemAfter={<StatusLozenge status={transition.to} />}
          onClick={() => onMove(transition)}
        >
          {transition.name}
        </DropdownItem>
      ))}
    </DropdownItemGroup>
  );
}

/** A card of the board: draggable, and movable by its menu for keyboards and touch. */
export function Card(props: {
  readonly row: Row;
  readonly selected: boolean;
  readonly onSelect: () => void;
  readonly onMove: (transition: Transition) => void;
}) {
  const { row } = props;
  return (
    <li
      className="board-card"
      draggable
      onDragStart={(event) => {
        event.dataTransfer.setData('text/x-issue-key', row.key);
        event.dataTransfer.effectAllowed = 'move';
      }}
    >
      <div className="board-card-head">
        <input
          type="checkbox"
          aria-label={`Select ${row.key}`}
          checked={props.selected}
          onChange={props.onSelect}
        />
        <span className="board-card-summary">{row.fields.summary}</span>
        <DropdownMenu<HTMLButtonElement>
          placement="bottom-end"
          trigger={({ triggerRef, ...trigger }) => (
            <IconButton
              {...trigger}
              ref={triggerRef}
              icon={MoreIcon}
              spacing="compact"
              appearance="subtle"
              label={`Move ${row.key}`}
            />
          )}
        >
          <MoveItems row={row} onMove={props.onMove} />
        </DropdownMenu>
      </div>
      <div className="board-card-foot">
        <IssueTypeIcon name={row.fields.issuetype.name} />
        <Link href={`/browse/${row.key}`}>{row.key}</Link>
        {row.fields.assignee ? (
          <span className="board-card-person" title={row.fields.assignee.displayName}>
            <Initials name={row.fields.assignee.displayName} size="small" />
          </span>
        ) : null}
      </div>
    </li>
  );
}
