import * as v from 'valibot';
import { isToken, tokenCss } from './tokens';

const SIDES = [
  '',
  'Block',
  'BlockEnd',
  'BlockStart',
  'Bottom',
  'Inline',
  'InlineEnd',
  'InlineStart',
  'Left',
  'Right',
  'Top',
];
const CORNERS = [
  '',
  'BottomLeft',
  'BottomRight',
  'TopLeft',
  'TopRight',
  'EndEnd',
  'EndStart',
  'StartEnd',
  'StartStart',
];

/** Properties whose values are design tokens. */
const TOKENS: ReadonlySet<string> = new Set([
  'color',
  'backgroundColor',
  'boxShadow',
  'opacity',
  ...SIDES.flatMap((side) => [`margin${side}`, `padding${side}`, `border${side}Color`, `border${side}Width`]),
  ...CORNERS.map((corner) => `border${corner}Radius`),
]);

const LINES = ['dotted', 'dashed', 'solid', 'none', 'hidden'];
const OVERFLOW = ['hidden', 'visible', 'scroll', 'auto'];

/** Properties with values of their own; undefined means any CSS. */
const PLAIN: Readonly<Record<string, readonly string[] | undefined>> = {
  ...Object.fromEntries(
    ['textAlign', 'flexGrow', 'width', 'height', 'minWidth', 'maxWidth', 'minHeight', 'maxHeight'].map(
      (name) => [name, undefined],
    ),
  ),
  ...Object.fromEntries(['', 'Top', 'Bottom', 'Left', 'Right'].map((side) => [`border${side}Style`, LINES])),
  overflow: OVERFLOW,
  overflowX: OVERFLOW,
  overflowY: OVERFLOW,
  display: ['block', 'inline-block', 'inline', 'none'],
  position: ['relative', 'static'],
};

function isModelled([name, value]: readonly [string, unknown]): boolean {
  if (TOKENS.has(name)) return typeof value === 'string' && isToken(value);
  if (!Object.hasOwn(PLAIN, name)) return false;
  return PLAIN[name]?.includes(String(value)) ?? (typeof value === 'string' || typeof value === 'number');
}

/**
 * The `xcss` prop of `Box`, as CSS: the properties that UI Kit's own type allows, with design tokens where it wants
 * them. States (`:hover`) and media are not modelled and refused.
 */
export const xcss = v.exactOptional(
  v.pipe(
    v.record(v.string(), v.unknown()),
    v.check((style) => Object.entries(style).every(isModelled)),
    v.transform((style): Record<string, string | number> =>
      Object.fromEntries(
        Object.entries(style).map(([name, value]) => [
          name,
          TOKENS.has(name) ? tokenCss(String(value)) : (value as string | number),
        ]),
      ),
    ),
  ),
);
