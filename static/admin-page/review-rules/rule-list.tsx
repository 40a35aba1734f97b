import Button from '@atlaskit/button/new';
import { useId, useState } from 'react';
import type { RuleListing } from '#core/panel/review-rules';
import type { ConfigScope } from '#core/sql/review/config-changes';
import { categories, type Category } from '#core/sql/review/rule';
import { Field } from '../components/field';
import { categoryNames } from './words';
import { layerOf } from './edit-config';
import { RuleCard } from './rule-card';
import type { RulesDesk } from './use-rules';

/** Cards that are shown at first. */
const firstCards = 20;

type Shown = Category | 'every' | 'set';

/** The rules that the product brings, found by words and by what they protect. */
export function RuleList({ desk, scope }: { readonly desk: RulesDesk; readonly scope: ConfigScope }) {
  const [words, setWords] = useState('');
  const [shown, setShown] = useState<Shown>('every');
  const [all, setAll] = useState(false);
  const id = useId();
  const set = layerOf(desk.draft, scope).rules;
  const rules = byWeight(desk.saved.rules);
  const found = rules.filter(
    (rule) =>
      speaksOf(rule, words) &&
      (shown === 'every' || (shown === 'set' ? Object.hasOwn(set, rule.id) : rule.category === shown)),
  );
  const cards = all ? found : found.slice(0, firstCards);
  return (
    <section className="qc-stack-tight" aria-labelledby={`${id}-title`}>
      <h3 className="qc-label" id={`${id}-title`}>
        Built-in rules
      </h3>
      <div className="qa-filters">
        <Field label="Search rules" value={words} onChange={setWords} placeholder="drop column" />
        <div className="qa-field">
          <label className="qc-label" htmlFor={`${id}-shown`}>
            Show
          </label>
          <select
            id={`${id}-shown`}
            className="qc-select"
            value={shown}
            onChange={(event) => setShown(event.currentTarget.value as Shown)}
          >
            <option value="every">Every category</option>
            <option value="set">Only what is set here</option>
            {categories.map((category) => (
              <option key={category} value={category}>
                {categoryNames[category]}
              </option>
            ))}
          </select>
        </div>
      </div>
      <p className="qc-small qc-subtle" role="status" data-testid="rules-found">
        {found.length === rules.length
          ? `${rules.length} rules.`
          : `${found.length} of ${rules.length} rules.`}
      </p>
      <ul className="qa-cards" aria-label="Built-in rules">
        {cards.map((rule) => (
          <RuleCard key={rule.id} rule={rule} desk={desk} scope={scope} />
        ))}
      </ul>
      {cards.length < found.length && (
        <div className="qc-row">
          <Button onClick={() => setAll(true)}>{`Show all ${found.length}`}</Button>
        </div>
      )}
    </section>
  );
}

/** True when every word stands in the rule's name or in what it says. */
function speaksOf({ id, title, category }: RuleListing, words: string): boolean {
  const text = `${id} ${id.replaceAll('-', ' ')} ${title} ${categoryNames[category]}`.toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** What destroys data first: the order in which categories are named. */
function byWeight(rules: readonly RuleListing[]): RuleListing[] {
  const place = ({ category }: RuleListing): number => categories.indexOf(category);
  return rules.toSorted((one, other) => place(one) - place(other));
}
