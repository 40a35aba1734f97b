import React from 'react';
import { BarChart, Button, Heading, Inline, Spinner, Stack, Text } from '@forge/react';
import { buckets, durations, durationTitles } from '#core/compliance/gadget-searches';
import type { GadgetLoader } from './load';

/** How long changes took, as counts in buckets: JQL can count, it can't average. */
export function Latency({ loader }: { loader: GadgetLoader }) {
  return (
    <Stack space="space.100">
      <Heading size="small">How long changes take</Heading>
      {content(loader)}
    </Stack>
  );
}

function content(loader: GadgetLoader) {
  const counted = loader.data.durations;
  if (counted.state === 'loading') return <Spinner size="small" label="Counting how long changes take" />;
  if (counted.state === 'failed') {
    return (
      <Inline space="space.100" alignBlock="center">
        <Text>{counted.message}</Text>
        <Button spacing="compact" onClick={() => loader.retryDurations()}>
          Try again
        </Button>
      </Inline>
    );
  }
  const data = buckets.flatMap(({ label }, index) =>
    durations.map((duration) => ({
      took: label,
      changes: counted.value[duration][index] ?? 0,
      until: durationTitles[duration],
    })),
  );
  if (data.every(({ changes }) => changes === 0)) return <Text>No change was approved or applied yet.</Text>;
  return (
    <BarChart
      title="Changes by time since submission"
      subtitle="Until the last approval, and until applied"
      data={data}
      xAccessor="took"
      yAccessor="changes"
      colorAccessor="until"
      height={260}
    />
  );
}
