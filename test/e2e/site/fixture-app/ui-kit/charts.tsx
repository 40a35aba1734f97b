import React from 'react';
import {
  BarChart,
  DonutChart,
  HorizontalBarChart,
  HorizontalStackBarChart,
  LineChart,
  PieChart,
  Stack,
  StackBarChart,
} from '@forge/react';

const byWeek = [
  ['Week 1', 12],
  ['Week 2', 30],
  ['Week 3', 21],
];
const byOutcome = ['Week 1', 'Week 2', 'Week 3'].flatMap((week, index) => [
  { week, outcome: 'Succeeded', changes: 10 + index * 4 },
  { week, outcome: 'Failed', changes: 3 - index },
]);
const parts = [
  ['dev', 'dev', 14],
  ['qa', 'qa', 6],
  ['prod', 'prod', 5],
];
const grouped = {
  data: byOutcome,
  xAccessor: 'week',
  yAccessor: 'changes',
  colorAccessor: 'outcome',
  height: 240,
};
const whole = { data: parts, colorAccessor: 0, labelAccessor: 1, valueAccessor: 2, height: 220 };

/** Every chart. */
export function Charts() {
  return (
    <Stack space="space.200">
      <BarChart
        title="Lead time"
        subtitle="Median hours by week"
        data={byWeek}
        xAccessor={0}
        yAccessor={1}
        height={240}
      />
      <BarChart {...grouped} title="Grouped" />
      <StackBarChart {...grouped} title="Stacked" />
      <HorizontalBarChart title="Lying" data={byWeek} xAccessor={0} yAccessor={1} height={180} />
      <HorizontalStackBarChart {...grouped} title="Lying and stacked" />
      <LineChart {...grouped} title="Lines" />
      <PieChart {...whole} title="Pie" showMarkLabels />
      <DonutChart {...whole} title="Donut" />
      <BarChart title="Empty" data={[]} xAccessor={0} yAccessor={1} />
    </Stack>
  );
}
