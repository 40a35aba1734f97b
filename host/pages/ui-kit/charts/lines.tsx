import { cut, shown, ticksFor, type ChartData } from './data';
import type { Canvas } from './figure';
import { DASHES } from './palette';

const CHARACTER = 6.6;

/** Points of a series that the rows have. */
function pointsOf(
  data: ChartData,
  series: number,
): readonly { readonly at: number; readonly value: number }[] {
  return data.categories.flatMap((_, at) => {
    const value = data.values[series]?.[at];
    return value === undefined ? [] : [{ at, value }];
  });
}

/** The mark of a point; its shape tells the series beside its colour. */
function Mark({
  series,
  x,
  y,
  color,
}: {
  readonly series: number;
  readonly x: number;
  readonly y: number;
  readonly color: string;
}) {
  const shape = series % 3;
  if (shape === 0) return <circle cx={x} cy={y} r={3.5} fill={color} />;
  if (shape === 1) return <rect x={x - 3.5} y={y - 3.5} width={7} height={7} fill={color} />;
  return <path d={`M${x} ${y - 5} L${x + 5} ${y + 4} L${x - 5} ${y + 4} Z`} fill={color} />;
}

/** A line and its mark, for the legend. */
export function LineSign({ series, color }: { readonly series: number; readonly color: string }) {
  return (
    <>
      <line
        className="uk-line"
        x1={0}
        x2={16}
        y1={8}
        y2={8}
        stroke={color}
        strokeDasharray={DASHES[series % DASHES.length]}
      />
      <Mark series={series} x={8} y={8} color={color} />
    </>
  );
}

/** Lines over the names on the x axis, evenly spaced in the order of the rows. */
export function Lines(props: {
  readonly data: ChartData;
  readonly colors: readonly string[];
  readonly canvas: Canvas;
}) {
  const { data, colors, canvas } = props;
  const { width, height } = canvas;
  const all = data.series.flatMap((_, series) => pointsOf(data, series).map(({ value }) => value));
  const ticks = ticksFor(Math.min(0, ...all), Math.max(0, ...all), height < 200 ? 3 : 5);
  const low = ticks[0] ?? 0;
  const high = ticks.at(-1) ?? 1;
  const left = 16 + Math.max(...ticks.map((tick) => shown(tick).length)) * CHARACTER;
  const right = width - 16;
  const bottom = height - 28;
  const top = 12;
  const last = data.categories.length - 1;
  const x = (at: number): number => (last === 0 ? (left + right) / 2 : left + (at / last) * (right - left));
  const y = (value: number): number => bottom - ((value - low) / (high - low)) * (bottom - top);
  const room = last === 0 ? right - left : (right - left) / last;
  const longest = Math.min(12, Math.max(...data.categories.map((category) => category.length)));
  const every = Math.max(1, Math.ceil(((longest + 1) * CHARACTER) / room));
  return (
    <g className="uk-axes">
      {ticks.map((tick) => (
        <g key={tick}>
          <line x1={left} x2={right} y1={y(tick)} y2={y(tick)} data-zero={tick === 0} />
          <text x={left - 8} y={y(tick)} dy="0.32em" textAnchor="end">
            {shown(tick)}
          </text>
        </g>
      ))}
      {data.series.map((name, series) => {
        const points = pointsOf(data, series);
        const color = colors[series] ?? 'currentColor';
        return (
          <g key={name}>
            <polyline
              className="uk-line"
              points={points.map(({ at, value }) => `${x(at)},${y(value)}`).join(' ')}
              stroke={color}
              strokeDasharray={DASHES[series % DASHES.length]}
            />
            {points.map(({ at, value }) => (
              <g key={at}>
                <title>{`${[data.categories[at], name].filter(Boolean).join(', ')}: ${shown(value)}`}</title>
                <Mark series={series} x={x(at)} y={y(value)} color={color} />
              </g>
            ))}
          </g>
        );
      })}
      {data.categories.map((category, at) =>
        at % every === 0 ? (
          <text
            key={category}
            x={x(at)}
            y={bottom + 16}
            textAnchor={at === 0 && last > 0 ? 'start' : at === last && last > 0 ? 'end' : 'middle'}
          >
            <title>{category}</title>
            {cut(category, 12)}
          </text>
        ) : null,
      )}
    </g>
  );
}
