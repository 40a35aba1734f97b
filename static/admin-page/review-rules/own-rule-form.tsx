import Button from '@atlaskit/button/new';
import { useId, useState, type FormEvent } from 'react';
import * as v from 'valibot';
import { environments } from '#core/protocol/claims';
import { statementKinds } from '#core/sql/facts/kind';
import { CustomRule } from '#core/sql/review/config';
import type { ConfigScope } from '#core/sql/review/config-changes';
import { levels } from '#core/sql/review/rule';
import { Field } from '../components/field';
import { Problem } from '../components/messages';
import { Choices } from './choices';
import { emptyDraft, type OwnRuleDraft, ruleOf } from './own-rule-draft';
import { scopeName } from './scope-choice';
import { Trial } from './trial';
import { levelNames } from './words';

const accesses = {
  '': 'Any use',
  read: 'Reads',
  write: 'Changes rows',
  define: 'Creates, alters or drops',
} as const;

/** Writes a rule of the site's own, and tries it. It joins the configuration when it is taken, and counts when that is saved. */
export function OwnRuleForm(props: {
  readonly scope: ConfigScope;
  readonly former: CustomRule | null;
  /** Names that other rules have. */
  readonly taken: readonly string[];
  readonly onDone: (own: CustomRule) => void;
  readonly onCancel: () => void;
}) {
  const [draft, setDraft] = useState<OwnRuleDraft>(() => emptyDraft(props.former));
  const [problem, setProblem] = useState<string | null>(null);
  const id = useId();
  const set = (change: Partial<OwnRuleDraft>): void => setDraft((now) => ({ ...now, ...change }));
  /** The rule as it stands, or why it is none yet. */
  const read = (): CustomRule | string => {
    const parsed = v.safeParse(CustomRule, ruleOf(draft));
    if (!parsed.success) {
      const [issue] = parsed.issues;
      return `${v.getDotPath(issue) ?? 'The rule'}: ${issue.message}`;
    }
    return props.taken.includes(parsed.output.id) ? 'Another rule has this name.' : parsed.output;
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const own = read();
    if (typeof own === 'string') setProblem(own);
    else props.onDone(own);
  };
  return (
    <form className="qc-stack" noValidate onSubmit={submit} aria-label="Rule of your own">
      <p className="qc-subtle">
        Holds {scopeName(props.scope)}. A statement that meets every condition that you fill in is a finding.
      </p>
      <Field
        label="Name"
        value={draft.id}
        onChange={(text) => set({ id: text })}
        help="Small letters, digits and dashes: billing-is-not-ours. Authors write it when they set the rule aside."
      />
      <Field
        label="Title"
        value={draft.title}
        onChange={(title) => set({ title })}
        help="What the rule says, in one line."
      />
      <Field
        label="Message"
        value={draft.message}
        onChange={(message) => set({ message })}
        help="What the author should know or do."
      />
      <div className="qa-field">
        <label className="qc-label" htmlFor={`${id}-level`}>
          Level
        </label>
        <select
          id={`${id}-level`}
          className="qc-select"
          value={draft.level}
          onChange={(event) =>
            set({ level: levels.find((one) => one === event.currentTarget.value) ?? 'warning' })
          }
        >
          {levels.map((level) => (
            <option key={level} value={level}>
              {levelNames[level]}
            </option>
          ))}
        </select>
      </div>
      <Choices
        label="Kinds of statement"
        all={statementKinds}
        chosen={draft.kinds}
        onChange={(kinds) => set({ kinds })}
      />
      <Field
        label="Table or view"
        value={draft.relation}
        onChange={(relation) => set({ relation })}
        help="orders, billing.* or *_archive. * is any run of characters."
      />
      <div className="qa-field">
        <label className="qc-label" htmlFor={`${id}-access`}>
          What the statement does with it
        </label>
        <select
          id={`${id}-access`}
          className="qc-select"
          value={draft.access}
          onChange={(event) =>
            set({
              access:
                (['read', 'write', 'define'] as const).find((one) => one === event.currentTarget.value) ?? '',
            })
          }
        >
          {Object.entries(accesses).map(([access, name]) => (
            <option key={access} value={access}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <Field
        label="Function that it calls"
        value={draft.calls}
        onChange={(calls) => set({ calls })}
        help="pg_sleep or billing.*"
      />
      <Choices
        label="Environments"
        all={environments}
        chosen={draft.environments}
        onChange={(chosen) => set({ environments: chosen })}
      />
      <Trial read={read} />
      <Problem text={problem} />
      <div className="qc-row">
        <Button type="submit">{props.former === null ? 'Add the rule' : 'Change the rule'}</Button>
        <Button appearance="subtle" onClick={props.onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
