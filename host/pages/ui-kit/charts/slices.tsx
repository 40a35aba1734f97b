import { shown, type ChartData } from './data';
import type { Canvas } from './figure';
import { fillOf } from './palette';

/** A slice: its share of the whole, and where it starts and ends on the circle, in turns. */
interface Slice {
  readonly name: string;
  readonly value: number;
  readonly start: number;
  readonly end: number;
}

/** Cuts the circle. */
export function slicesOf(data: ChartData): readonly Slice[] {
  const values = data.categories.map((_, at) => data.values[0]?.[at] ?? 0);
  const whole = values.reduce((sum, value) => sum + value, 0);
  let turned = 0;
  return values.map((value, at) => {
    const start = turned;
    turned += whole === 0 ? 0 : value / whole;
    return { name: data.categories[at] ?? '', value, start, end: turned };
  });
}

/** A part of the whole in percent. */
export const percent = ({ start, end }: Slice): string => `${Math.round((end - start) * 1000) / 10} %`;

/** The outline of a slice between two radii. A whole circle is two halves: an arc cannot end where it starts. */
function outline(start: number, end: number, inner: number, outer: number): string {
  const at = (turn: number, radius: number): string =>
    `${radius * Math.sin(turn * 2 * Math.PI)} ${-radius * Math.cos(turn * 2 * Math.PI)}`;
  const arc = (from: number, to: number, radius: number, sweep: 0 | 1): string => {
    const middle = (from + to) / 2;
    return `A${radius} ${radius} 0 0 ${sweep} ${at(middle, radius)} A${radius} ${radius} 0 0 ${sweep} ${at(to, radius)}`;
  };
  const back = inner === 0 ? 'L0 0' : `L${at(end, inner)} ${arc(end, start, inner, 0)}`;
  return `M${at(start, outer)} ${arc(start, end, outer, 1)} ${back} Z`;
}

/** A pie, or a donut when there is an inner radius. */
export function Slices(props: {
  readonly data: ChartData;
  readonly canvas: Canvas;
  readonly innerRadius: number | undefined;
  readonly outerRadius: number | undefined;
  readonly isDonut: boolean;
  readonly labels: boolean;
}) {
  const { data, canvas, isDonut, labels } = props;
  const outer = props.outerRadius ?? Math.max(20, Math.min(canvas.width, canvas.height) / 2 - 8);
  const inner = isDonut ? (props.innerRadius ?? outer * 0.6) : 0;
  const slices = slicesOf(data);
  return (
    <g transform={`translate(${canvas.width / 2} ${canvas.height / 2})`} className="uk-axes">
      {slices.map((slice, index) => {
        if (slice.end === slice.start) return null;
        const middle = ((slice.start + slice.end) / 2) * 2 * Math.PI;
        const radius = (inner + outer) / 2;
        return (
          <g key={slice.name}>
            <path
              className="uk-mark"
              d={outline(slice.start, slice.end, inner, outer)}
              fill={fillOf(canvas.id, index)}
            >
              <title>{`${slice.name}: ${shown(slice.value)}, ${percent(slice)}`}</title>
            </path>
            {labels && slice.end - slice.start > 0.04 ? (
              <text
                className="uk-slice-label"
                x={radius * Math.sin(middle)}
                y={-radius * Math.cos(middle)}
                dy="0.32em"
                textAnchor="middle"
              >
                {shown(slice.value)}
              </text>
            ) : null}
          </g>
        );
      })}
    </g>
  );
}
