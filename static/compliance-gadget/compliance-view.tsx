import React, { useState } from 'react';
import { Heading, SectionMessage, Stack, Text } from '@forge/react';
import { scopeOf, scopeWords, type ReadConfig } from '#core/compliance/gadget-config';
import { Latency } from './latency';
import { useGadgetData } from './load';
import { RuleTable } from './rule-table';
import { Waiting } from './waiting';

/** What everybody sees on the dashboard. */
export function ComplianceView({ read }: { read: ReadConfig }) {
  const { config, problem } = read;
  const scope = scopeOf(config);
  const loader = useGadgetData(scope);
  // Ages are counted from here: Jira loads the gadget anew when it refreshes it.
  const [now] = useState(() => Date.now());
  return (
    <Stack space="space.200">
      {problem === null ? null : (
        <SectionMessage appearance="warning" title="Settings not read">
          <Text>{problem}</Text>
        </SectionMessage>
      )}
      <Stack>
        {config.title === '' ? null : <Heading size="small">{config.title}</Heading>}
        <Text>{scopeWords(scope)}</Text>
      </Stack>
      <RuleTable loader={loader} scope={scope} now={now} />
      <Text size="small">
        Jira estimates counts. The search behind a number is exact, and shows only what you may see.
      </Text>
      <Waiting loader={loader} scope={scope} now={now} />
      <Latency loader={loader} />
    </Stack>
  );
}
