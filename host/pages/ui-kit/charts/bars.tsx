import { cut, shown, ticksFor, type ChartData } from './data';
import type { Canvas } from './figure';
import { fillOf } from './palette';

/** One bar: from where to where on the value axis, and its lane beside the others of its category. */
interface Bar {
  readonly category: number;
  readonly series: number;
  readonly from: number;
  readonly to: number;
  readonly lane: number;
}

const valueAt = (data: ChartData, series: number, category: number): number =>
  data.values[series]?.[category] ?? 0;

/** Places the bars: stacked on each other, or one lane per series. Negative values grow to the other side of zero. */
export function placeBars(data: ChartData, stacked: boolean): readonly Bar[] {
  return data.categories.flatMap((_, category) => {
    let above = 0;
    let below = 0;
    return data.series.map((__, series) => {
      const value = valueAt(data, series, category);
      if (!stacked) return { category, series, from: 0, to: value, lane: series };
      const from = value < 0 ? below : above;
      if (value < 0) below += value;
      else above += value;
      return { category, series, from, to: from + value, lane: 0 };
    });
  });
}

const CHARACTER = 6.6;
const ROW = 16;

/** The numbers of the value axis and where a value is between two ends of it. */
function axisOf(bars: readonly Bar[], about: number) {
  const ends = bars.flatMap(({ from, to }) => [from, to]);
  const ticks = ticksFor(Math.min(0, ...ends), Math.max(0, ...ends), about);
  const low = ticks[0] ?? 0;
  const high = ticks.at(-1) ?? 1;
  return { ticks, share: (value: number): number => (value - low) / (high - low) };
}

interface Props {
  readonly data: ChartData;
  readonly stacked: boolean;
  readonly canvas: Canvas;
}

const nameOf = (data: ChartData, { category, series, from, to }: Bar): string =>
  [data.categories[category], data.series[series]].filter(Boolean).join(', ') + `: ${shown(to - from)}`;

/** Upright bars. */
export function VerticalBars({ data, stacked, canvas: { id, width, height } }: Props) {
  const bars = placeBars(data, stacked);
  const { ticks, share } = axisOf(bars, height < 200 ? 3 : 5);
  const left = 12 + Math.max(...ticks.map((tick) => shown(tick).length)) * CHARACTER;
  const bottom = height - 28;
  const top = 20;
  const x = (width - left - 8) / data.categories.length;
  const y = (value: number): number => bottom - share(value) * (bottom - top);
  const lanes = stacked ? 1 : data.series.length;
  const lane = Math.min(64, (x * 0.72) / lanes);
  const letters = Math.floor(x / CHARACTER) - 1;
  // Names that would be cut to nothing are left out, evenly; the table has all of them.
  const every = Math.max(1, Math.ceil((4 * CHARACTER) / x));
  return (
    <g className="uk-axes">
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={left} x2={width - 8} y1={y(tick)} y2={y(tick)} data-zero={tick === 0} />
          <text x={left - 6} y={y(tick)} dy="0.32em" textAnchor="end">
            {shown(tick)}
          </text>
        </g>
      ))}
      {bars.map((bar) => {
        const middle = left + x * (bar.category + 0.5);
        const start = middle + (bar.lane - lanes / 2) * lane;
        const high = Math.min(y(bar.from), y(bar.to));
        return (
          <g key={`${bar.category}.${bar.series}`}>
            <rect
              className="uk-mark"
              x={start + 0.5}
              y={high}
              width={Math.max(1, lane - 1)}
              height={Math.max(0, Math.abs(y(bar.from) - y(bar.to)))}
              fill={fillOf(id, bar.series)}
            >
              <title>{nameOf(data, bar)}</title>
            </rect>
            {data.series.length === 1 && lane > 14 ? (
              <text className="uk-value" x={middle} y={high - 5} textAnchor="middle">
                {shown(bar.to - bar.from)}
              </text>
            ) : null}
          </g>
        );
      })}
      {data.categories.map((category, index) =>
        index % every === 0 ? (
          <text key={category} x={left + x * (index + 0.5)} y={bottom + ROW} textAnchor="middle">
            <title>{category}</title>
            {cut(category, Math.max(3, letters * every))}
          </text>
        ) : null,
      )}
    </g>
  );
}

/** Lying bars; names to the left. */
export function HorizontalBars({ data, stacked, canvas: { id, width, height } }: Props) {
  const bars = placeBars(data, stacked);
  const { ticks, share } = axisOf(bars, width < 420 ? 3 : 5);
  const longest = Math.max(...data.categories.map((category) => category.length)) * CHARACTER;
  const left = Math.min(longest, width * 0.38) + 12;
  const bottom = height - 24;
  const right = width - 36;
  const y = (bottom - 4) / data.categories.length;
  const x = (value: number): number => left + share(value) * (right - left);
  const lanes = stacked ? 1 : data.series.length;
  const lane = Math.min(40, (y * 0.72) / lanes);
  return (
    <g className="uk-axes">
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={x(tick)} x2={x(tick)} y1={4} y2={bottom} data-zero={tick === 0} />
          <text x={x(tick)} y={bottom + ROW} textAnchor="middle">
            {shown(tick)}
          </text>
        </g>
      ))}
      {bars.map((bar) => {
        const middle = 4 + y * (bar.category + 0.5);
        const start = Math.min(x(bar.from), x(bar.to));
        const length = Math.abs(x(bar.from) - x(bar.to));
        return (
          <g key={`${bar.category}.${bar.series}`}>
            <rect
              className="uk-mark"
              x={start}
              y={middle + (bar.lane - lanes / 2) * lane + 0.5}
              width={length}
              height={Math.max(1, lane - 1)}
              fill={fillOf(id, bar.series)}
            >
              <title>{nameOf(data, bar)}</title>
            </rect>
            {data.series.length === 1 ? (
              <text className="uk-value" x={start + length + 5} y={middle} dy="0.32em">
                {shown(bar.to - bar.from)}
              </text>
            ) : null}
          </g>
        );
      })}
      {data.categories.map((category, index) => (
        <text key={category} x={left - 8} y={4 + y * (index + 0.5)} dy="0.32em" textAnchor="end">
          <title>{category}</title>
          {cut(category, Math.floor((left - 8) / CHARACTER))}
        </text>
      ))}
    </g>
  );
}
