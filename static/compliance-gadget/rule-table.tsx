import React from 'react';
import { Button, DynamicTable, Inline, Link, Lozenge, Spinner, Stack, Text } from '@forge/react';
import { ageWords } from '#core/compliance/age';
import { issueAddress, searchAddress } from '#core/compliance/gadget-searches';
import { complianceRules, ruleJql, type ComplianceRule, type Scope } from '#core/compliance/rules';
import type { GadgetData, GadgetLoader } from './load';

/** Every rule with its count and its oldest offender. Cells hold no components with hooks: the table calls them itself. */
export function RuleTable({ loader, scope, now }: { loader: GadgetLoader; scope: Scope; now: number }) {
  const head = {
    cells: [
      { key: 'rule', content: 'Rule' },
      { key: 'count', content: 'Changes' },
      { key: 'oldest', content: 'Oldest' },
    ],
  };
  const rows = complianceRules.map((rule) => ({
    key: rule.key,
    cells: [
      { key: 'rule', content: ruleCell(rule) },
      { key: 'count', content: countCell(rule, loader, scope) },
      { key: 'oldest', content: oldestCell(rule, loader.data, now) },
    ],
  }));
  return <DynamicTable label="Compliance rules" head={head} rows={rows} />;
}

function ruleCell(rule: ComplianceRule) {
  return (
    <Stack>
      <Text>{rule.title}</Text>
      {rule.standing ? <Text size="small">As it stands now, whatever the period.</Text> : null}
    </Stack>
  );
}

function countCell(rule: ComplianceRule, loader: GadgetLoader, scope: Scope) {
  const count = loader.data.counts[rule.key];
  if (count.state === 'loading') return <Spinner size="small" label={`Counting: ${rule.title}`} />;
  if (count.state === 'failed') {
    return (
      <Stack space="space.050" alignInline="start">
        <Lozenge appearance="default">Not known</Lozenge>
        <Text size="small">{count.message}</Text>
        <Button spacing="compact" onClick={() => loader.retryRule(rule)}>
          Try again
        </Button>
      </Stack>
    );
  }
  const address = searchAddress(ruleJql(rule, scope));
  const [appearance, words] =
    count.value === 0
      ? (['success', 'None'] as const)
      : rule.kind === 'control'
        ? (['removed', 'Violated'] as const)
        : (['moved', 'Slow'] as const);
  return (
    <Inline space="space.100" alignBlock="center">
      <Link href={address}>{String(count.value)}</Link>
      <Lozenge appearance={appearance}>{words}</Lozenge>
    </Inline>
  );
}

function oldestCell(rule: ComplianceRule, { counts, oldest: found }: GadgetData, now: number) {
  const count = counts[rule.key];
  if (count.state !== 'ready' || count.value === 0) return <Text>–</Text>;
  const oldest = found[rule.key];
  if (!oldest) return <Spinner size="small" label={`Looking for the oldest: ${rule.title}`} />;
  if (oldest.state === 'failed') return <Text size="small">{oldest.message}</Text>;
  if (oldest.value === null) return <Text>–</Text>;
  const at = oldest.value.index[rule.dated];
  return (
    <Inline space="space.100" alignBlock="center" shouldWrap>
      <Link href={issueAddress(oldest.value.key)}>{oldest.value.key}</Link>
      <Text size="small">{typeof at === 'string' ? `${ageWords(at, now)} ago` : 'age not known'}</Text>
    </Inline>
  );
}
