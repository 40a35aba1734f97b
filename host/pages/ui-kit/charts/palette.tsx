import { isToken, tokenCss } from '../tokens';

/** Chart tokens that stand out from the surface by 3:1 in both themes. */
const COLORS = ['blue', 'orange', 'teal', 'purple', 'green', 'magenta', 'yellow', 'red', 'lime', 'gray'];

type Palette = readonly (string | { readonly key: string | number; readonly value: string })[] | undefined;

const HEX = /^#[\da-f]{3,8}$/iu;
const css = (color: string): string =>
  isToken(color) ? tokenCss(color) : HEX.test(color) ? color : 'currentColor';

/** The colour of each series or slice: of the app's palette by name or place, else of Atlassian's chart tokens. */
export function colorsFor(names: readonly string[], palette: Palette): readonly string[] {
  const plain = (palette ?? []).filter((entry) => typeof entry === 'string');
  const named = new Map(
    (palette ?? []).flatMap((entry) =>
      typeof entry === 'string' ? [] : [[String(entry.key), entry.value] as const],
    ),
  );
  return names.map((name, index) => {
    const chosen = named.get(name) ?? (plain.length === 0 ? undefined : plain[index % plain.length]);
    return chosen === undefined
      ? tokenCss(`color.chart.${COLORS[index % COLORS.length]}.bolder`)
      : css(chosen);
  });
}

/** What lies over the colour of each series, so that colour is never all that tells them apart. */
const OVERLAYS = [
  null,
  <path key="d" d="M-2 2 L2 -2 M0 8 L8 0 M6 10 L10 6" />,
  <circle key="c" cx="4" cy="4" r="1.6" className="uk-dot" />,
  <path key="h" d="M0 4 H8" />,
  <path key="v" d="M4 0 V8" />,
  <path key="x" d="M0 0 L8 8 M8 0 L0 8" />,
];

/** Fills for the series of a chart, by `fillOf`. */
export function Patterns({ id, colors }: { readonly id: string; readonly colors: readonly string[] }) {
  return (
    <defs>
      {colors.map((color, index) => (
        <pattern
          key={index}
          id={`${id}-${index}`}
          className="uk-pattern"
          width="8"
          height="8"
          patternUnits="userSpaceOnUse"
        >
          <rect width="8" height="8" fill={color} stroke="none" />
          {OVERLAYS[index % OVERLAYS.length]}
        </pattern>
      ))}
    </defs>
  );
}

/** The fill of a series. */
export const fillOf = (id: string, index: number): string => `url(#${id}-${index})`;

/** Dashes of a line, for the same reason as the overlays. */
export const DASHES = ['none', '7 4', '2 3', '10 3 2 3', '4 2', '1 4'];
