import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { EditorState, type Extension, StateEffect, StateField } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { type Offer, offerNames } from '#core/panel/offer-names';
import type { SchemaNames } from '#core/panel/structure';

const setNames = StateEffect.define<SchemaNames | null>();
const knownNames = StateField.define<SchemaNames | null>({
  create: () => null,
  update: (before, { effects }) =>
    effects.reduce((names, effect) => (effect.is(setNames) ? effect.value : names), before),
});

/** Columns of the statement's own tables before tables, and both before key words. */
const boosts = { column: 20, table: 10, schema: 5 } as const;

function completionOf({ name, text, what, detail }: Offer, quoted: boolean): Completion {
  return {
    label: quoted ? text : name,
    ...(quoted ? { displayLabel: name } : {}),
    detail,
    apply: text,
    type: what === 'column' ? 'property' : what === 'table' ? 'type' : 'namespace',
    boost: boosts[what],
  };
}

function complete({ state, pos, explicit }: CompletionContext): CompletionResult | null {
  const names = state.field(knownNames);
  if (!names) return null;
  const text = state.sliceDoc();
  const found = offerNames(text, pos, names);
  if (!found || found.offers.length === 0) return null;
  const { from, offers: offered } = found;
  const typed = text.slice(from, pos);
  if (typed === '' && !explicit && text[pos - 1] !== '.') return null;
  const quoted = typed.startsWith('"');
  return {
    from,
    options: offered.map((offer) => completionOf(offer, quoted)),
    ...(quoted ? {} : { validFor: /^[\w$\u0080-\uffff]*$/ }),
  };
}

const look = EditorView.theme({
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    font: 'var(--ds-font-code)',
    maxHeight: 'none',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    color: 'var(--ds-text-selected)',
    backgroundColor: 'var(--ds-background-selected)',
  },
  '.cm-completionDetail': {
    font: 'var(--ds-font-body-small)',
    fontStyle: 'normal',
    color: 'var(--ds-text-subtle)',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: 'bold' },
});

/** Names of the database while somebody types; key words as ever. Escape closes the list before anything else. */
export function offers(): Extension {
  return [
    knownNames,
    autocompletion({ icons: false, maxRenderedOptions: 10 }),
    EditorState.languageData.of(() => [{ autocomplete: complete }]),
    look,
  ];
}

/** Gives the editor the names of the database that the text is for. */
export function showNames(view: EditorView, names: SchemaNames | null): void {
  if (view.state.field(knownNames, false) !== undefined) view.dispatch({ effects: setNames.of(names) });
}
