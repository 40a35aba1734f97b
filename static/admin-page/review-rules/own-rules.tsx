import Button from '@atlaskit/button/new';
import { useState } from 'react';
import type { CustomRule, ReviewConfig } from '#core/sql/review/config';
import type { ConfigScope } from '#core/sql/review/config-changes';
import { withoutOwnRule, withOwnRule } from './edit-config';
import { OwnRuleForm } from './own-rule-form';
import { scopeName } from './scope-choice';
import type { RulesDesk } from './use-rules';

interface Placed {
  readonly scope: ConfigScope;
  readonly own: CustomRule;
}

/** Rules that the site wrote: patterns on what a statement does. */
export function OwnRules({ desk, scope }: { readonly desk: RulesDesk; readonly scope: ConfigScope }) {
  /** Undefined: no form; null: a new rule. */
  const [edited, setEdited] = useState<Placed | null | undefined>(undefined);
  const all = ownRules(desk.draft);
  const taken = [...desk.saved.rules.map(({ id }) => id), ...all.map(({ own }) => own.id)];
  const form = (placed: Placed | null) => (
    <OwnRuleForm
      scope={placed?.scope ?? scope}
      former={placed?.own ?? null}
      taken={taken.filter((id) => id !== placed?.own.id)}
      onCancel={() => setEdited(undefined)}
      onDone={(own) => {
        desk.edit((draft) => withOwnRule(draft, placed?.scope ?? scope, own, placed?.own.id ?? null));
        setEdited(undefined);
      }}
    />
  );
  return (
    <section className="qc-stack-tight" aria-labelledby="qa-own-rules" data-testid="own-rules">
      <h3 className="qc-label" id="qa-own-rules">
        Rules of your own
      </h3>
      {all.length === 0 && edited === undefined && <p className="qc-subtle">There are none.</p>}
      <ul className="qa-cards" aria-label="Rules of your own">
        {all.map((placed) => (
          <li key={placed.own.id} className="qa-card qc-stack-tight" data-testid={`own-${placed.own.id}`}>
            {edited?.own === placed.own ? (
              form(placed)
            ) : (
              <>
                <h4 className="qc-code qa-rule-id">{placed.own.id}</h4>
                <p>{placed.own.title}</p>
                <p className="qc-small qc-subtle">
                  {placed.own.level} {scopeName(placed.scope)} · {conditionWords(placed.own)}
                </p>
                <div className="qc-row">
                  <Button
                    spacing="compact"
                    isDisabled={desk.busy}
                    aria-label={`Edit: ${placed.own.id}`}
                    onClick={() => setEdited(placed)}
                  >
                    Edit
                  </Button>
                  <Button
                    spacing="compact"
                    appearance="subtle"
                    isDisabled={desk.busy}
                    aria-label={`Remove: ${placed.own.id}`}
                    onClick={() => desk.edit((draft) => withoutOwnRule(draft, placed.scope, placed.own.id))}
                  >
                    Remove
                  </Button>
                </div>
              </>
            )}
          </li>
        ))}
      </ul>
      {edited === null ? (
        <div className="qa-card">{form(null)}</div>
      ) : (
        <div className="qc-row">
          <Button isDisabled={desk.busy} onClick={() => setEdited(null)}>
            Write a rule
          </Button>
        </div>
      )}
    </section>
  );
}

function ownRules({ custom, environments, connections }: ReviewConfig): Placed[] {
  const named = (kind: 'environments' | 'connections', layers: ReviewConfig['connections']): Placed[] =>
    Object.entries(layers).flatMap(([name, layer]) =>
      layer.custom.map((own) => ({ scope: { kind, name }, own })),
    );
  return [
    ...custom.map((own) => ({ scope: { kind: 'all' as const }, own })),
    ...named('environments', { ...environments }),
    ...named('connections', connections),
  ];
}

function conditionWords({ when }: CustomRule): string {
  const { kinds, relation, access, calls, environments } = when;
  const parts = [
    kinds && `statements of kind ${kinds.join(' or ')}`,
    relation !== undefined || access !== undefined
      ? `${access ?? 'use'} of ${relation === undefined ? 'any table' : relation}`
      : undefined,
    calls !== undefined ? `calls of ${calls}` : undefined,
    environments && `in ${environments.join(' or ')}`,
  ];
  return parts.filter((part) => part !== undefined).join(', ');
}
