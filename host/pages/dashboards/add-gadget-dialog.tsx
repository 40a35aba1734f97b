import { useState } from 'react';
import SectionMessage from '@atlaskit/section-message';
import Spinner from '@atlaskit/spinner';
import { placeGadget, readGadgetModules, type AppGadget } from '../host-api';
import { addGadget, readAvailableGadgets, type AvailableGadget } from '../rest/dashboards';
import { wordsOf } from '../rest/http';
import { ActionDialog } from '../shell/action-dialog';
import { useLoad } from '../use-load';
import { moduleOf } from './gadget-module';

interface Offer {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly add: (dashboardId: string) => Promise<void>;
}

const ofJira = (gadget: AvailableGadget): Offer => ({
  id: gadget.uri ?? gadget.title,
  title: gadget.title,
  description: 'A gadget of Jira itself, which the local host does not draw.',
  add: async (dashboardId) => await addGadget(dashboardId, gadget),
});

/** The app's gadgets first. Where REST leaves Forge gadgets out, Jira's own dialog still has them. */
function offersOf(available: readonly AvailableGadget[], modules: readonly AppGadget[]): readonly Offer[] {
  const ofApp = modules.map((module): Offer => {
    const listed = available.find((gadget) => moduleOf(gadget, [module]) !== undefined);
    return {
      id: module.key,
      title: module.title,
      description: module.description ?? '',
      add: async (dashboardId) =>
        await (listed ? addGadget(dashboardId, listed) : placeGadget(dashboardId, module.key)),
    };
  });
  const others = available.filter((gadget) => moduleOf(gadget, modules) === undefined);
  return [...ofApp, ...others.map(ofJira)];
}

/** Offers the gadgets that can be added and adds the chosen one at the top of the first column. */
export function AddGadgetDialog(props: {
  readonly dashboardId: string;
  readonly onAdded: () => void;
  readonly onClose: () => void;
}) {
  const { data, error } = useLoad('available gadgets', async () =>
    offersOf(...(await Promise.all([readAvailableGadgets(), readGadgetModules()]))),
  );
  const [chosen, setChosen] = useState<string>();
  const offer = data?.find(({ id }) => id === chosen) ?? data?.[0];
  const submit = async (): Promise<void> => {
    await offer?.add(props.dashboardId);
    props.onAdded();
  };
  return (
    <ActionDialog
      title="Add gadget"
      action="Add"
      isDisabled={offer === undefined}
      onSubmit={submit}
      onClose={props.onClose}
    >
      {error === undefined ? null : (
        <SectionMessage appearance="error" title="The gadgets did not load">
          <p role="alert">{wordsOf(error)}</p>
        </SectionMessage>
      )}
      {data ? (
        <fieldset className="offers">
          <legend className="visually-hidden">Gadgets</legend>
          {data.map(({ id, title, description }) => (
            <label key={id} className="offer">
              <input type="radio" name="gadget" checked={id === offer?.id} onChange={() => setChosen(id)} />
              <span>
                <strong>{title}</strong>
                {description === '' ? null : <span className="subtle">{description}</span>}
              </span>
            </label>
          ))}
        </fieldset>
      ) : (
        <Spinner label="Loading gadgets" />
      )}
    </ActionDialog>
  );
}
