import React from 'react';
import { Button, Heading, Inline, Link, List, ListItem, Spinner, Stack, Text } from '@forge/react';
import { ageWords } from '#core/compliance/age';
import { issueAddress, maxWaiting, searchAddress, waitingJql } from '#core/compliance/gadget-searches';
import type { Scope } from '#core/compliance/rules';
import type { FoundIssue } from './jira';
import type { GadgetLoader } from './load';

/** The changes that wait for the viewer's approval, the oldest first. */
export function Waiting({ loader, scope, now }: { loader: GadgetLoader; scope: Scope; now: number }) {
  return (
    <Stack space="space.100">
      <Heading size="small">Waiting for you</Heading>
      {content(loader, scope, now)}
    </Stack>
  );
}

function content(loader: GadgetLoader, scope: Scope, now: number) {
  const { waiting } = loader.data;
  if (waiting.state === 'loading') return <Spinner size="small" label="Looking for what waits for you" />;
  if (waiting.state === 'failed') {
    return (
      <Inline space="space.100" alignBlock="center">
        <Text>{waiting.message}</Text>
        <Button spacing="compact" onClick={() => loader.retryWaiting()}>
          Try again
        </Button>
      </Inline>
    );
  }
  if (waiting.value.length === 0) return <Text>No change waits for your approval.</Text>;
  return (
    <Stack space="space.100">
      <List type="unordered">
        {waiting.value.map((issue) => (
          <ListItem key={issue.key}>
            <Link href={issueAddress(issue.key)}>{`${issue.key} ${issue.summary}`}</Link>
            <Text size="small">{facts(issue, now)}</Text>
          </ListItem>
        ))}
      </List>
      {waiting.value.length < maxWaiting ? null : (
        <Link href={searchAddress(waitingJql(scope))}>Show all that wait for you</Link>
      )}
    </Stack>
  );
}

function facts({ index }: FoundIssue, now: number): string {
  const { connection, requestedAt } = index;
  const where = typeof connection === 'string' ? connection : 'connection not known';
  return typeof requestedAt === 'string' ? `${where}, for ${ageWords(requestedAt, now)}` : where;
}
