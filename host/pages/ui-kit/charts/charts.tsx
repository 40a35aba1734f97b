import type { PropsOf } from '../coverage';
import { Refused, type Drawn } from '../nodes';
import { HorizontalBars, VerticalBars } from './bars';
import { ChartDataError, groupsBy, horizontalAccessors, readRows, shown, type ChartData } from './data';
import { Figure } from './figure';
import { Lines, LineSign } from './lines';
import { colorsFor } from './palette';
import { percent, Slices, slicesOf } from './slices';

type AxesProps = PropsOf<'BarChart'>;

/** The data, or why they cannot be drawn. */
function attempt<T extends ChartData>(name: string, read: () => T): T | { readonly refusal: string } {
  try {
    return read();
  } catch (error) {
    if (error instanceof ChartDataError) return { refusal: `UI Kit component ${name}: ${error.message}` };
    throw error;
  }
}

const legendOf = ({ series }: ChartData): readonly string[] => (series.length > 1 ? series : []);

function Bars(given: {
  readonly name: string;
  readonly kind: string;
  readonly props: AxesProps;
  readonly stacked: boolean;
  readonly lying: boolean;
}) {
  const { name, kind, props, stacked, lying } = given;
  const { data: rows, xAccessor, yAccessor, colorAccessor } = props;
  const data = attempt(name, () => {
    const { category, value } = lying
      ? horizontalAccessors(rows, xAccessor, yAccessor)
      : { category: xAccessor, value: yAccessor };
    return readRows(rows, category, value, colorAccessor);
  });
  if ('refusal' in data) return <Refused text={data.refusal} />;
  const Drawing = lying ? HorizontalBars : VerticalBars;
  const colors = colorsFor(data.series, props.colorPalette);
  return (
    <Figure kind={kind} frame={props} data={data} colors={colors} legend={legendOf(data)}>
      {(canvas) => <Drawing data={data} stacked={stacked} canvas={canvas} />}
    </Figure>
  );
}

export const BarChart = ({ props }: Drawn<'BarChart'>) => (
  <Bars name="BarChart" kind="Bar chart" props={props} stacked={false} lying={false} />
);
export const StackBarChart = ({ props }: Drawn<'StackBarChart'>) => (
  <Bars name="StackBarChart" kind="Stacked bar chart" props={props} stacked lying={false} />
);
export const HorizontalBarChart = ({ props }: Drawn<'HorizontalBarChart'>) => (
  <Bars name="HorizontalBarChart" kind="Bar chart" props={props} stacked={false} lying />
);
export const HorizontalStackBarChart = ({ props }: Drawn<'HorizontalStackBarChart'>) => (
  <Bars name="HorizontalStackBarChart" kind="Stacked bar chart" props={props} stacked lying />
);

/** Lines. */
export function LineChart({ props }: Drawn<'LineChart'>) {
  const data = attempt('LineChart', () =>
    readRows(props.data, props.xAccessor, props.yAccessor, props.colorAccessor),
  );
  if ('refusal' in data) return <Refused text={data.refusal} />;
  const colors = colorsFor(data.series, props.colorPalette);
  return (
    <Figure
      kind="Line chart"
      frame={props}
      data={data}
      colors={colors}
      legend={legendOf(data)}
      sign={(series) => <LineSign series={series} color={colors[series] ?? 'currentColor'} />}
    >
      {(canvas) => <Lines data={data} colors={colors} canvas={canvas} />}
    </Figure>
  );
}

interface RoundProps {
  readonly name: string;
  readonly kind: string;
  readonly props: PropsOf<'DonutChart'>;
  readonly isDonut: boolean;
}

function Round({ name, kind, props, isDonut }: RoundProps) {
  const { data: rows, labelAccessor, valueAccessor, colorAccessor, colorPalette } = props;
  const data = attempt(name, () => {
    const read = readRows(rows, labelAccessor, valueAccessor, undefined);
    if (read.values[0]?.some((value) => (value ?? 0) < 0))
      throw new ChartDataError('a part of a whole cannot be negative');
    return { ...read, groupOf: groupsBy(rows, labelAccessor, colorAccessor) };
  });
  if ('refusal' in data) return <Refused text={data.refusal} />;
  // Slices of one colour group share their colour; each keeps its own overlay.
  const groups = [...new Set(data.groupOf.values())];
  const colors = colorsFor(groups, colorPalette);
  const legend = slicesOf(data).map((slice) => `${slice.name}: ${shown(slice.value)} (${percent(slice)})`);
  return (
    <Figure
      kind={kind}
      frame={props}
      data={data}
      colors={data.categories.map(
        (label) => colors[groups.indexOf(data.groupOf.get(label) ?? '')] ?? 'currentColor',
      )}
      legend={legend}
    >
      {(canvas) => (
        <Slices
          data={data}
          canvas={canvas}
          isDonut={isDonut}
          innerRadius={props.innerRadius}
          outerRadius={props.outerRadius}
          labels={props.showMarkLabels ?? false}
        />
      )}
    </Figure>
  );
}

export const PieChart = ({ props }: Drawn<'PieChart'>) => (
  <Round name="PieChart" kind="Pie chart" props={props} isDonut={false} />
);
export const DonutChart = ({ props }: Drawn<'DonutChart'>) => (
  <Round name="DonutChart" kind="Donut chart" props={props} isDonut />
);
