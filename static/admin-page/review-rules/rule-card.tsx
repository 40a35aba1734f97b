import Button from '@atlaskit/button/new';
import { lazy, Suspense, useId, useState } from 'react';
import type { RuleListing } from '#core/panel/review-rules';
import { effectiveConfig, type ReviewPlace } from '#core/sql/review/config';
import type { ConfigScope } from '#core/sql/review/config-changes';
import { levels } from '#core/sql/review/rule';
import { useAdmin } from '../hooks/admin-context';
import { layerOf, type LevelChoice, placesOf, withLevel, withOption, withoutRule } from './edit-config';
import { OptionField } from './option-field';
import type { RulesDesk } from './use-rules';
import { categoryNames, levelNames } from './words';

const RuleReasons = lazy(async () => import('./rule-reasons'));

/** One rule: what it says, its level here, its options, and why it is there. */
export function RuleCard(props: {
  readonly rule: RuleListing;
  readonly desk: RulesDesk;
  readonly scope: ConfigScope;
}) {
  const { rule, desk, scope } = props;
  const { overview } = useAdmin();
  const [open, setOpen] = useState(false);
  const id = useId();
  const environmentOf = (key: string): string | null =>
    overview.connections.find((one) => one.key === key)?.environment ?? null;
  const { around } = placesOf(scope, environmentOf);
  const set = layerOf(desk.draft, scope).rules;
  const here = Object.hasOwn(set, rule.id) ? set[rule.id] : undefined;
  const outside = around === null ? null : effectiveConfig(desk.draft, around);
  const isChanged = desk.changes.some((change) => change.rule === rule.id && sameScope(change.scope, scope));
  return (
    <li className="qa-card qc-stack-tight" data-testid={`rule-${rule.id}`}>
      <div className="qa-rule">
        <div>
          <h4 className="qc-code qa-rule-id" id={`${id}-id`}>
            {rule.id}
          </h4>
          <p>{rule.title}.</p>
          <p className="qc-small qc-subtle">
            {categoryNames[rule.category]} · comes as {rule.level}
            {isChanged && <strong> · changed, not saved</strong>}
          </p>
          <div className="qc-row qa-rule-actions">
            <Button
              spacing="compact"
              appearance="subtle"
              aria-expanded={open}
              aria-controls={`${id}-why`}
              onClick={() => setOpen(!open)}
              aria-label={`Why, and what to do: ${rule.id}`}
            >
              Why, and what to do
            </Button>
            {here !== undefined && (
              <Button
                spacing="compact"
                appearance="subtle"
                isDisabled={desk.busy}
                aria-label={`Reset to default: ${rule.id}`}
                onClick={() => desk.edit((draft) => withoutRule(draft, scope, rule.id))}
              >
                Reset to default
              </Button>
            )}
          </div>
        </div>
        <div className="qa-field">
          <label className="qc-small qc-subtle" htmlFor={`${id}-level`}>
            Level<span className="qc-hidden"> of {rule.id}</span>
          </label>
          <select
            id={`${id}-level`}
            className="qc-select"
            value={here?.level ?? ''}
            disabled={desk.busy}
            onChange={(event) => {
              const level = choice(event.currentTarget.value);
              desk.edit((draft) => withLevel(draft, scope, rule.id, level));
            }}
          >
            <option value="">{withoutSetting(around, outside?.level(rule) ?? rule.level)}</option>
            {(['off', ...levels] as const).map((level) => (
              <option key={level} value={level}>
                {levelNames[level]}
              </option>
            ))}
          </select>
        </div>
      </div>
      {Object.entries(rule.options).map(([name, own]) => (
        <OptionField
          key={name}
          rule={rule.id}
          name={name}
          inherited={(outside?.options(rule.id)[name] as typeof own | undefined) ?? own}
          value={here?.options[name]}
          isDisabled={desk.busy}
          onChange={(value) => desk.edit((draft) => withOption(draft, scope, rule.id, { name, value }))}
        />
      ))}
      <div id={`${id}-why`} hidden={!open}>
        {open && (
          <Suspense fallback={<p className="qc-subtle">Loading…</p>}>
            <RuleReasons id={rule.id} />
          </Suspense>
        )}
      </div>
    </li>
  );
}

function withoutSetting(around: ReviewPlace | null, level: keyof typeof levelNames): string {
  const name = levelNames[level].toLowerCase();
  if (around === null) return `Default (${name})`;
  return around.environment === null ? `As for all (${name})` : `As in ${around.environment} (${name})`;
}

function choice(value: string): LevelChoice {
  return (['off', ...levels] as const).find((level) => level === value) ?? null;
}

function sameScope(one: ConfigScope, other: ConfigScope): boolean {
  return one.kind === other.kind && (one.kind === 'all' || other.kind === 'all' || one.name === other.name);
}
