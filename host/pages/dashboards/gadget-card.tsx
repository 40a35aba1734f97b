import { useEffect, useId, useMemo, useState } from 'react';
import { IconButton } from '@atlaskit/button/new';
import DropdownMenu, { DropdownItem, DropdownItemGroup } from '@atlaskit/dropdown-menu';
import ShowMoreIcon from '@atlaskit/icon/core/show-more-horizontal';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import { readConfiguration, saveConfiguration, type AppGadget, type FramePlace } from '../host-api';
import { removeGadget, type Gadget } from '../rest/dashboards';
import { wordsOf } from '../rest/http';
import { useFlags } from '../shell/flags';
import { useAsk } from '../shell/questions';
import { useLoad } from '../use-load';
import { GadgetFrame } from './gadget-frame';

interface Props {
  readonly dashboardId: string;
  readonly writable: boolean;
  readonly gadget: Gadget;
  /** The app's module; undefined for gadgets that are not of the app. */
  readonly module: AppGadget | undefined;
  readonly onRemoved: () => void;
}

const COLORS = new Set(['blue', 'red', 'yellow', 'green', 'cyan', 'purple', 'gray', 'white']);

/**
 * A positive whole number of minutes as `refresh` of a configuration makes Jira load the gadget again (manifest
 * reference, jira:dashboardGadget, auto-refresh). `refreshable: false` with its own event is not modelled.
 */
function refreshMs(configuration: Readonly<Record<string, unknown>> | undefined): number | undefined {
  const minutes = Number(configuration?.['refresh']);
  return Number.isInteger(minutes) && minutes > 0 ? minutes * 60_000 : undefined;
}

function Menu(props: {
  readonly title: string;
  readonly onConfigure: (() => void) | undefined;
  readonly onRefresh: (() => void) | undefined;
  readonly onRemove: (() => void) | undefined;
}) {
  const items = (
    [
      ['Configure', props.onConfigure],
      ['Refresh', props.onRefresh],
      ['Remove', props.onRemove],
    ] as const
  ).flatMap(([text, act]) => (act === undefined ? [] : [{ text, act }]));
  if (items.length === 0) return null;
  return (
    <DropdownMenu<HTMLButtonElement>
      placement="bottom-end"
      shouldRenderToParent
      trigger={({ triggerRef, ...trigger }) => (
        <IconButton
          {...trigger}
          ref={triggerRef}
          icon={ShowMoreIcon}
          label={`Actions of ${props.title}`}
          spacing="compact"
          appearance="subtle"
        />
      )}
    >
      <DropdownItemGroup>
        {items.map(({ text, act }) => (
          <DropdownItem key={text} onClick={act}>
            {text}
          </DropdownItem>
        ))}
      </DropdownItemGroup>
    </DropdownMenu>
  );
}

/** The gadget of the app in its card: shown, or being configured. */
function AppGadgetBody(props: {
  readonly module: AppGadget;
  readonly place: FramePlace;
  readonly turn: number;
  readonly onRefresh: () => void;
  readonly onLeaveEdit: () => void;
}) {
  const { module, place, turn, onRefresh } = props;
  const { data, error } = useLoad(`configuration ${place.gadget} ${turn}`, async () => ({
    configuration: await readConfiguration(module.key, place),
  }));
  const every = place.entry === 'edit' ? undefined : refreshMs(data?.configuration);
  useEffect(() => {
    if (every === undefined) return undefined;
    const timer = setInterval(onRefresh, every);
    return () => clearInterval(timer);
  }, [every, onRefresh]);

  if (error !== undefined) {
    return (
      <SectionMessage appearance="error" title="The gadget did not load">
        <p role="alert">{wordsOf(error)}</p>
      </SectionMessage>
    );
  }
  if (!data) return <Spinner label="Loading" />;
  return (
    <GadgetFrame
      key={`${place.entry} ${turn}`}
      module={module}
      place={place}
      onSubmit={async (configuration) => {
        await saveConfiguration(module.key, place, configuration);
        props.onLeaveEdit();
      }}
      onClose={props.onLeaveEdit}
      onRefresh={onRefresh}
    />
  );
}

/** One gadget of a dashboard: colour, title, menu, and what the app shows. */
export function GadgetCard({ dashboardId, writable, gadget, module, onRemoved }: Props) {
  const id = useId();
  const ask = useAsk();
  const flags = useFlags();
  const [entry, setEntry] = useState<'view' | 'edit'>('view');
  const [turn, setTurn] = useState(0);
  const title = gadget.title === '' ? (module?.title ?? 'Gadget') : gadget.title;
  const place = useMemo<FramePlace>(
    () => ({ dashboard: dashboardId, gadget: gadget.id, entry }),
    [dashboardId, gadget.id, entry],
  );
  const actions = useMemo(
    () => ({
      refresh: () => setTurn((old) => old + 1),
      leaveEdit: () => {
        setEntry('view');
        setTurn((old) => old + 1);
      },
    }),
    [],
  );

  const remove = async (): Promise<void> => {
    const body = <p>Its configuration goes with it.</p>;
    const yes = await ask({ title: `Remove ${title}?`, body, action: 'Remove', appearance: 'danger' });
    if (!yes) return;
    try {
      await removeGadget(dashboardId, gadget.id);
      onRemoved();
    } catch (error) {
      flags.refused('The gadget was not removed', error);
    }
  };

  return (
    <section
      className={`gadget gadget-${COLORS.has(gadget.color) ? gadget.color : 'blue'}`}
      aria-labelledby={id}
    >
      <div className="gadget-head">
        <h2 id={id}>{entry === 'edit' ? `Configure ${title}` : title}</h2>
        <Menu
          title={title}
          onConfigure={
            writable && module?.edit !== undefined && entry === 'view' ? () => setEntry('edit') : undefined
          }
          onRefresh={module === undefined ? undefined : actions.refresh}
          onRemove={writable ? () => void remove() : undefined}
        />
      </div>
      <div className="gadget-body">
        {module === undefined ? (
          <p className="subtle">The local host does not draw this gadget of Jira.</p>
        ) : (
          <AppGadgetBody
            module={module}
            place={place}
            turn={turn}
            onRefresh={actions.refresh}
            onLeaveEdit={actions.leaveEdit}
          />
        )}
      </div>
    </section>
  );
}
