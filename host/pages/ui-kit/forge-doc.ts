import * as v from 'valibot';

/** A node of the tree that `@forge/react` describes. Text is a node of type `String` with `props.text`. */
export interface ForgeNode {
  readonly type: string;
  /** Stable for as long as the app keeps the instance. */
  readonly key: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly children: readonly ForgeNode[];
}

const NodeSchema: v.GenericSchema<unknown, ForgeNode> = v.object({
  type: v.string(),
  key: v.string(),
  props: v.record(v.string(), v.unknown()),
  children: v.array(v.lazy(() => NodeSchema)),
});
const DocumentSchema = v.object({ forgeDoc: NodeSchema });

/** A React element that the app put into a prop, as the bridge carries it: without React's own marks. */
const ElementSchema = v.looseObject({
  type: v.unknown(),
  key: v.nullish(v.string()),
  props: v.record(v.string(), v.unknown()),
});

/** The type of a node that stands for a component of the app where only UI Kit components can be. */
const APP_COMPONENT = 'a component of the app in a prop';

/** Reads what `callBridge('reconcile', …)` sends. Throws for anything else. */
export const readForgeDoc = (data: unknown): ForgeNode => v.parse(DocumentSchema, data).forgeDoc;

const textNode = (text: string, key: string): ForgeNode => ({
  type: 'String',
  key,
  props: { text },
  children: [],
});

/**
 * Nodes for JSX that the app put into a prop (`emptyView`, `actions`, …): it never went through the reconciler, so it
 * arrives as elements. Throws for what is no element.
 */
export function nodesOf(value: unknown, at = '0'): readonly ForgeNode[] {
  if (value === undefined || value === null || typeof value === 'boolean') return [];
  if (typeof value === 'string' || typeof value === 'number') return [textNode(String(value), at)];
  if (Array.isArray(value)) return value.flatMap((one, index) => nodesOf(one, `${at}.${index}`));
  const element = v.parse(ElementSchema, value);
  const { children, ...props } = element.props;
  if (element.type === 'react.fragment') return nodesOf(children, `${at}.f`);
  const type = typeof element.type === 'string' ? element.type : APP_COMPONENT;
  return [{ type, key: element.key ?? at, props, children: nodesOf(children, `${at}.c`) }];
}

/** Words of a node and everything below it. */
export function textOf(nodes: readonly ForgeNode[]): string {
  return nodes
    .map((node) => (node.type === 'String' ? String(node.props['text']) : textOf(node.children)))
    .join('');
}

/** Children of the wrapper that `@forge/react` puts around what a composite component takes as a prop. */
export const wrapped = (node: ForgeNode, name: string): readonly ForgeNode[] =>
  node.children.find((child) => child.type === 'ContentWrapper' && child.props['name'] === name)?.children ??
  [];
