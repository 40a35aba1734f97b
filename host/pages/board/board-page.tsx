import { useState, type DragEvent } from 'react';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import { TransitionScreen } from '../issue/transition-menu';
import { ProjectHeader } from '../project/project-header';
import { wordsOf } from '../rest/http';
import { readStatuses, readTransitions, startTransition } from '../rest/jira';
import type { Row, Status, Transition } from '../rest/shapes';
import { BulkBar } from '../search/bulk-bar';
import { useIssues } from '../search/use-issues';
import { useFlags } from '../shell/flags';
import { useLoad } from '../use-load';
import { Card } from './card';

interface Move {
  readonly row: Row;
  readonly transition: Transition;
}

function useMoves(reload: () => void) {
  const flags = useFlags();
  const [screen, setScreen] = useState<Move>();
  const start = async (row: Row, transition: Transition): Promise<void> => {
    if (transition.hasScreen) {
      setScreen({ row, transition });
      return;
    }
    try {
      await startTransition(row.key, transition.id);
    } catch (error) {
      flags.refused(`${row.key}: ${transition.name} was refused`, error);
    }
    reload();
  };
  const drop = async (row: Row, status: Status): Promise<void> => {
    if (row.fields.status.id === status.id) return;
    try {
      const transition = (await readTransitions(row.key)).find((one) => one.to.id === status.id);
      if (transition) await start(row, transition);
      else {
        const description = `No transition leads from ${row.fields.status.name} to ${status.name} for you.`;
        flags.show({ kind: 'error', title: `${row.key} cannot be moved`, description });
      }
    } catch (error) {
      flags.refused(`${row.key} cannot be moved`, error);
    }
  };
  return { screen, start, drop, closeScreen: () => setScreen(undefined) };
}

function Column(props: {
  readonly status: Status;
  readonly rows: readonly Row[];
  readonly selected: readonly string[];
  readonly onSelect: (key: string) => void;
  readonly onMove: (row: Row, transition: Transition) => void;
  readonly onDrop: (key: string) => void;
}) {
  const { status, rows } = props;
  const [over, setOver] = useState(false);
  const allow = (event: DragEvent): void => {
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    props.onDrop(event.dataTransfer.getData('text/x-issue-key'));
  };
  return (
    <section
      className={over ? 'board-column board-column-over' : 'board-column'}
      aria-label={status.name}
      onDragOver={allow}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <h2>
        {status.name} <span className="subtle">{rows.length}</span>
      </h2>
      <ul>
        {rows.map((row) => (
          <Card
            key={row.key}
            row={row}
            selected={props.selected.includes(row.key)}
            onSelect={() => props.onSelect(row.key)}
            onMove={(transition) => props.onMove(row, transition)}
          />
        ))}
      </ul>
    </section>
  );
}

/** A board with a column per status. Moving a card is a plain transition, with all of its rules. */
export function BoardPage({ projectKey }: { readonly projectKey: string }) {
  const { data, error, reload } = useIssues(`project = "${projectKey}" ORDER BY created ASC`, 100);
  const statuses = useLoad(`statuses ${projectKey}`, () => readStatuses(projectKey)).data;
  const [selected, setSelected] = useState<readonly string[]>([]);
  const moves = useMoves(reload);
  const toggle = (key: string): void =>
    setSelected((old) => (old.includes(key) ? old.filter((other) => other !== key) : [...old, key]));
  const failed = error !== undefined;
  return (
    <>
      <ProjectHeader projectKey={projectKey} view="board" />
      {failed ? (
        <SectionMessage appearance="error" title="The board did not load">
          <p>{wordsOf(error)}</p>
        </SectionMessage>
      ) : null}
      {selected.length > 0 ? (
        <BulkBar keys={selected} onDone={reload} onClear={() => setSelected([])} />
      ) : null}
      {!failed && !(data && statuses) ? <Spinner size="large" label="Loading board" /> : null}
      {data && statuses ? (
        <div className="board" role="region" aria-label="Board" tabIndex={0}>
          {statuses.map((status) => (
            <Column
              key={status.id}
              status={status}
              rows={data.rows.filter((row) => row.fields.status.id === status.id)}
              selected={selected}
              onSelect={toggle}
              onMove={(row, transition) => void moves.start(row, transition)}
              onDrop={(key) => {
                const row = data.rows.find((one) => one.key === key);
                if (row) void moves.drop(row, status);
              }}
            />
          ))}
        </div>
      ) : null}
      {moves.screen ? (
        <TransitionScreen
          issue={moves.screen.row}
          transition={moves.screen.transition}
          onDone={reload}
          onClose={moves.closeScreen}
        />
      ) : null}
    </>
  );
}
