/** What the local host does not model: it has to say so. */
import React from 'react';
import ForgeReconciler, { BarChart, Box, DatePicker, Lozenge, Stack, Text } from '@forge/react';

const AppComponent = (): JSX.Element => <Text>Never drawn</Text>;

ForgeReconciler.render(
  <Stack space="space.100">
    <Text>Before</Text>
    <DatePicker name="due" />
    <Lozenge appearance="accent-lime">Lime</Lozenge>
    <Box xcss={{ ':hover': { color: 'color.text.danger' } }}>
      <AppComponent />
    </Box>
    <BarChart data={[['a', 'many']]} xAccessor={0} yAccessor={1} />
    <Text>After</Text>
  </Stack>,
);
