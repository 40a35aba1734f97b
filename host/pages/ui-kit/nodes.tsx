import {
  createContext,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  type ComponentType,
  type ReactElement,
} from 'react';
import { checked } from './check';
import type { Modelled, PropsOf } from './coverage';
import type { ForgeNode } from './forge-doc';
import type { AppFunction } from './props';

/** What a rendered component gets: its checked props and its node. */
export interface Drawn<K extends Modelled> {
  readonly props: PropsOf<K>;
  readonly node: ForgeNode;
}

/** Components of the renderer by UI Kit name. */
export type Components = { readonly [K in Modelled]: ComponentType<Drawn<K>> };

/** What the tree needs from the page around it. */
export interface Surroundings {
  readonly components: Components;
  /** Something is not modelled: goes to the host's log. */
  readonly report: (text: string) => void;
  /** A function of the app threw. */
  readonly failed: (error: unknown) => void;
}

const SurroundingsContext = createContext<Surroundings | undefined>(undefined);

/** Gives a tree its surroundings. */
export const SurroundingsProvider = SurroundingsContext.Provider;

function useSurroundings(): Surroundings {
  const found = useContext(SurroundingsContext);
  if (!found) throw new Error('A UI Kit tree without surroundings');
  return found;
}

type Tell = (callback: AppFunction | undefined, ...args: readonly unknown[]) => Promise<void>;

/**
 * Calls a function of the app, if there is one; resolves when it has returned. What it throws is said on the page.
 */
export function useTell(): Tell {
  const { failed } = useSurroundings();
  return useCallback(
    async (callback, ...args) => {
      try {
        await callback?.(...args);
      } catch (error) {
        failed(error);
      }
    },
    [failed],
  );
}

/** Says what the host does not model, where it should have been and in the host's log. */
export function Refused({ text }: { readonly text: string }) {
  const { report } = useSurroundings();
  useEffect(() => report(text), [report, text]);
  return (
    <span role="alert" className="uk-refused">
      {text}
    </span>
  );
}

/** One node of the app's tree. */
function Node({ node }: { readonly node: ForgeNode }) {
  const { components } = useSurroundings();
  const { type, props } = node;
  const verdict = useMemo(() => checked(type, props), [type, props]);
  if (type === 'String') return <>{String(props['text'])}</>;
  if ('refusal' in verdict) return <Refused text={verdict.refusal} />;
  // The map's type pairs each name with its props, which `checked` has parsed by the same name.
  const Component = components[type as Modelled] as ComponentType<{ props: object; node: ForgeNode }>;
  return <Component props={verdict.props} node={node} />;
}

/** Elements for nodes, keyed as the app's reconciler keys them, so that nothing is mounted anew by an update. */
export const draw = (nodes: readonly ForgeNode[]): ReactElement[] =>
  nodes.map((node) => <Node key={node.key} node={node} />);
