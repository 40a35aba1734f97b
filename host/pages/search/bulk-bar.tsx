import { useState } from 'react';
import Button from '@atlaskit/button/new';
import DropdownMenu, { DropdownItem, DropdownItemGroup } from '@atlaskit/dropdown-menu';
import SectionMessage from '@atlaskit/section-message';
import { wordsOf } from '../rest/http';
import { readTransitions, startTransition } from '../rest/jira';
import { useLoad } from '../use-load';

interface Outcome {
  readonly key: string;
  readonly refusal: string | undefined;
}

async function transitionOne(key: string, name: string): Promise<Outcome> {
  try {
    const transition = (await readTransitions(key)).find((one) => one.name === name);
    if (!transition) return { key, refusal: `has no transition "${name}" for you` };
    await startTransition(key, transition.id);
    return { key, refusal: undefined };
  } catch (error) {
    return { key, refusal: wordsOf(error) };
  }
}

async function namesFor(keys: readonly string[]): Promise<readonly string[]> {
  const lists = await Promise.all(keys.map((key) => readTransitions(key)));
  return [...new Set(lists.flat().map((transition) => transition.name))];
}

/** Starts the same transition on every selected issue and says what each of them answered. */
export function BulkBar(props: {
  readonly keys: readonly string[];
  readonly onDone: () => void;
  readonly onClear: () => void;
}) {
  const { keys } = props;
  const [outcomes, setOutcomes] = useState<readonly Outcome[]>([]);
  const names = useLoad(`bulk ${keys.join()}`, () => namesFor(keys)).data ?? [];
  const run = async (name: string): Promise<void> => {
    const all: Outcome[] = [];
    for (const key of keys) all.push(await transitionOne(key, name));
    setOutcomes(all);
    props.onDone();
  };
  const refused = outcomes.filter((outcome) => outcome.refusal !== undefined);
  return (
    <section className="bulk" aria-label="Bulk change">
      <div className="bulk-bar">
        <strong>{keys.length} selected</strong>
        <DropdownMenu shouldRenderToParent trigger="Change status">
          <DropdownItemGroup>
            {names.map((name) => (
              <DropdownItem key={name} onClick={() => void run(name)}>
                {name}
              </DropdownItem>
            ))}
          </DropdownItemGroup>
        </DropdownMenu>
        <Button appearance="subtle" onClick={props.onClear}>
          Clear selection
        </Button>
      </div>
      {outcomes.length === 0 ? null : (
        <SectionMessage
          appearance={refused.length === 0 ? 'success' : 'warning'}
          title={`${outcomes.length - refused.length} of ${outcomes.length} issues moved`}
        >
          <div role="status">
            {refused.map((outcome) => (
              <p key={outcome.key}>
                <strong>{outcome.key}</strong>: {outcome.refusal}
              </p>
            ))}
          </div>
        </SectionMessage>
      )}
    </section>
  );
}
