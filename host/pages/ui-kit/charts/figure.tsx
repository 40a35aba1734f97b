import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { shown, type ChartData } from './data';
import { fillOf, Patterns } from './palette';

/** What every chart is drawn with. */
export interface ChartFrame {
  readonly title?: string;
  readonly subtitle?: string;
  readonly width?: number;
  readonly height?: number;
  readonly showBorder?: boolean;
}

/** What a drawing gets: its size and the id of its fills. */
export interface Canvas {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

const FIRST_WIDTH = 320;
const SPOKEN = 8;

/** The width of the element, followed as it changes. */
function useWidth() {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(FIRST_WIDTH);
  useEffect(() => {
    const element = ref.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(() => setWidth(Math.max(200, Math.floor(element.clientWidth))));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}

/** What the picture shows, in words: its kind, and the first numbers; all of them are in the table. */
function spoken(kind: string, title: string | undefined, data: ChartData): string {
  const points = data.series.flatMap((name, s) =>
    data.categories.map(
      (category, c) => `${[category, name].filter(Boolean).join(', ')}: ${shown(data.values[s]?.[c])}`,
    ),
  );
  const rest = points.length > SPOKEN ? `; and ${points.length - SPOKEN} more in the table` : '';
  const head = title === undefined ? kind : `${title}, ${kind.toLowerCase()}`;
  return points.length === 0 ? `${head}, no data` : `${head}. ${points.slice(0, SPOKEN).join('; ')}${rest}.`;
}

function Table({ data, caption }: { readonly data: ChartData; readonly caption: string }) {
  return (
    <table>
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          {data.series.map((name) => (
            <th key={name} scope="col" className="number">
              {name === '' ? 'Value' : name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {data.categories.map((category, c) => (
          <tr key={category}>
            <th scope="row">{category}</th>
            {data.series.map((name, s) => (
              <td key={name} className="number">
                {shown(data.values[s]?.[c])}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A drawing with its title, its legend, and the same numbers as a table. */
export function Figure(props: {
  readonly kind: string;
  readonly frame: ChartFrame;
  readonly data: ChartData;
  readonly colors: readonly string[];
  /** Names beside the colours; none for a single series. */
  readonly legend: readonly string[];
  /** What stands before a name; a square of its fill when left out. */
  readonly sign?: (index: number) => ReactNode;
  readonly children: (canvas: Canvas) => ReactNode;
}) {
  const { kind, frame, data, colors, legend } = props;
  const { title, subtitle, showBorder = true, height = 400 } = frame;
  const id = `uk-${useId().replaceAll(':', '')}`;
  const { ref, width: available } = useWidth();
  const width = frame.width ?? available;
  return (
    <figure className="uk-chart" data-border={showBorder} ref={ref}>
      {title === undefined && subtitle === undefined ? null : (
        <figcaption>
          {title === undefined ? null : <strong>{title}</strong>}
          {subtitle === undefined ? null : <span>{subtitle}</span>}
        </figcaption>
      )}
      {data.categories.length === 0 ? (
        <p className="uk-chart-empty">No data</p>
      ) : (
        <svg
          role="img"
          aria-label={spoken(kind, title, data)}
          width={width}
          height={height}
          viewBox={`0 0 ${width} ${height}`}
        >
          <Patterns id={id} colors={colors} />
          {props.children({ id, width, height })}
        </svg>
      )}
      {legend.length === 0 ? null : (
        <ul className="uk-legend">
          {legend.map((name, index) => (
            <li key={name}>
              <svg width="16" height="16" aria-hidden="true">
                {props.sign?.(index) ?? <rect width="16" height="16" rx="3" fill={fillOf(id, index)} />}
              </svg>
              {name}
            </li>
          ))}
        </ul>
      )}
      <details className="uk-chart-table">
        <summary>Show as table</summary>
        <div className="table-scroll" role="region" aria-label={`${title ?? kind} as a table`} tabIndex={0}>
          <Table data={data} caption={title ?? kind} />
        </div>
      </details>
    </figure>
  );
}
