/** What props are made of. Shared parts of `coverage.ts`, which says which component has which. */
import * as v from 'valibot';
import { nodesOf } from './forge-doc';
import { isToken } from './tokens';

/** A function of the app; it runs in the app's frame. */
export type AppFunction = (...args: readonly unknown[]) => unknown;

export const maybe = v.exactOptional;
export const text = maybe(v.string());
export const words = maybe(v.union([v.string(), v.number()]));
export const number = maybe(v.number());
export const flag = maybe(v.boolean());
export const handler = maybe(v.custom<AppFunction>((value) => typeof value === 'function'));
export const elements = maybe(
  v.pipe(
    v.unknown(),
    v.transform((value) => nodesOf(value)),
  ),
);
export const oneOf = <const T extends readonly string[]>(...values: T) => maybe(v.picklist(values));
export const token = (group: string) =>
  maybe(v.custom<string>((value) => typeof value === 'string' && value.startsWith(group) && isToken(value)));
export const space = token('space.');
export const size = maybe(v.union([v.string(), v.number()]));
/** `useForm` passes it beside `isInvalid`. */
const ariaInvalid = maybe(v.union([v.boolean(), v.string()]));

export const flow = {
  alignBlock: oneOf('start', 'center', 'end', 'baseline', 'stretch'),
  alignInline: oneOf('start', 'center', 'end', 'stretch'),
  grow: oneOf('hug', 'fill'),
  space,
  spread: oneOf('space-between'),
};
export const field = {
  id: text,
  name: text,
  isRequired: flag,
  isDisabled: flag,
  isInvalid: flag,
  'aria-invalid': ariaInvalid,
  'aria-labelledby': text,
  onChange: handler,
  onBlur: handler,
  onFocus: handler,
};
export const textField = {
  ...field,
  appearance: oneOf('standard', 'subtle', 'none'),
  autoFocus: flag,
  defaultValue: words,
  isCompact: flag,
  isMonospaced: flag,
  isReadOnly: flag,
  maxLength: number,
  minLength: number,
  placeholder: text,
  value: words,
};
export const press = {
  autoFocus: flag,
  isDisabled: flag,
  isSelected: flag,
  onBlur: handler,
  onClick: handler,
  onFocus: handler,
  shouldFitContainer: flag,
};
export const BUTTONS = ['default', 'danger', 'primary', 'subtle', 'warning'] as const;
export const button = {
  ...press,
  appearance: oneOf(...BUTTONS),
  spacing: oneOf('default', 'compact'),
  type: oneOf('button', 'submit', 'reset'),
};
export const Option = v.looseObject({ label: v.string(), value: v.unknown() });
export const Choice = v.object({
  label: v.string(),
  value: v.string(),
  name: text,
  isDisabled: flag,
});

export const accessor = v.union([v.number(), v.string()]);
const chart = {
  width: number,
  height: number,
  data: v.array(v.unknown()),
  title: text,
  subtitle: text,
  showBorder: flag,
  hideMenu: flag,
  colorPalette: maybe(
    v.array(v.union([v.string(), v.object({ key: v.union([v.string(), v.number()]), value: v.string() })])),
  ),
};
export const axes = { ...chart, xAccessor: accessor, yAccessor: accessor };
export const pie = {
  ...chart,
  colorAccessor: accessor,
  valueAccessor: accessor,
  labelAccessor: accessor,
  showMarkLabels: flag,
};

/** Any design token, for colours that have several groups. */
export const anyToken = maybe(v.custom<string>((value) => typeof value === 'string' && isToken(value)));

export const BADGES = [
  ...(['added', 'default', 'important', 'primary', 'primaryInverted', 'removed', 'warning'] as const),
  ...(['discovery', 'danger', 'neutral', 'success', 'information', 'inverse'] as const),
] as const;
export const LOZENGES = [
  ...(['default', 'inprogress', 'moved', 'new', 'removed', 'success'] as const),
  ...(['warning', 'danger', 'information', 'neutral', 'discovery'] as const),
] as const;
export const TAGS = [
  ...(['standard', 'green', 'lime', 'blue', 'red', 'purple'] as const),
  ...(['magenta', 'gray', 'teal', 'orange', 'yellow'] as const),
] as const;
