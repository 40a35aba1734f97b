import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { completionStatus } from '@codemirror/autocomplete';
import { bracketMatching, indentOnInput } from '@codemirror/language';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState, Prec, type Extension } from '@codemirror/state';
import { EditorView, keymap, placeholder } from '@codemirror/view';
import type { SchemaNames } from '#core/panel/structure';
import { findingsGutter, showFindings, type Mark } from './findings';
import { offers, showNames } from './offers';
import { sqlText } from './sql-text';

/** What the page tells the editor and hears from it. */
export interface EditorOptions {
  /** A shadow root: the page's policy forbids style elements, adopted style sheets of a shadow root are allowed. */
  readonly root: ShadowRoot;
  readonly text: string;
  /** Accessible name. */
  readonly label: string;
  readonly readOnly: boolean;
  readonly placeholder?: string;
  readonly onChange?: (text: string) => void;
  readonly onBlur?: () => void;
  /** Leaves room beside the lines for findings. */
  readonly marked?: boolean;
  /** Mod-Enter. */
  readonly onPrimary?: () => void;
  /** Mod-S. */
  readonly onSave?: () => void;
  /** Mod-Shift-F. */
  readonly onFormat?: () => void;
  /** Escape, after focus left the editor. */
  readonly onEscape?: () => void;
}

/** An editor on the page. */
export interface Editor {
  /** Replaces the text, as one step that can be undone, if it differs. */
  readonly setText: (text: string) => void;
  /** Shows what a review found in `text`; nothing is changed when the editor holds another text by now. */
  readonly setMarks: (text: string, marks: readonly Mark[]) => void;
  /** Puts the cursor at a UTF-16 offset, in sight and with the focus. */
  readonly goTo: (at: number) => void;
  /** Offers these names while somebody types; null: key words only. */
  readonly setNames: (names: SchemaNames | null) => void;
  readonly destroy: () => void;
}

/** Builds a CodeMirror editor for PostgreSQL in a shadow root. */
export function createEditor(options: EditorOptions): Editor {
  const view = new EditorView({
    root: options.root,
    parent: options.root,
    state: EditorState.create({ doc: options.text, extensions: extensions(options) }),
  });
  return {
    setText(text) {
      const current = view.state.sliceDoc();
      if (current === text) return;
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    setMarks(text, marks) {
      if (view.state.sliceDoc() === text) showFindings(view, marks);
    },
    goTo(at) {
      view.dispatch({ selection: { anchor: Math.min(at, view.state.doc.length) }, scrollIntoView: true });
      view.focus();
    },
    setNames: (names) => showNames(view, names),
    destroy: () => view.destroy(),
  };
}

function extensions(options: EditorOptions): Extension[] {
  const { readOnly, label } = options;
  return [
    Prec.highest(keymap.of(ownKeys(options))),
    sqlText({ label, readOnly }),
    options.marked ? findingsGutter() : [],
    bracketMatching(),
    highlightSelectionMatches(),
    keymap.of([...searchKeymap, ...historyKeymap, ...defaultKeymap]),
    readOnly ? [] : editing(options),
  ];
}

/**
 * Replacing a stretch of text, done by us: Chromium would keep the look of what it replaces in a style attribute, which
 * the page's policy refuses with an error. Our own selection may be a moment behind what the event is about.
 */
const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const insert = replacement(event);
    const range = insert === undefined || event.isComposing ? undefined : replacedRange(event, view);
    if (insert === undefined || range === undefined) return false;
    const { from, to } = range;
    view.dispatch({
      changes: { from, to, insert },
      selection: { anchor: from + insert.length },
      userEvent: insert === '' ? 'delete' : 'input.type',
      scrollIntoView: true,
    });
    event.preventDefault();
    return true;
  },
});

/** The text that an input event puts in; undefined for events that we leave to the editor. */
function replacement({ inputType, data }: InputEvent): string | undefined {
  if (inputType === 'insertText') return data ?? undefined;
  return inputType.startsWith('deleteContent') ? '' : undefined;
}

/** The stretch of the document that an input event replaces; undefined when it is empty. */
function replacedRange(event: InputEvent, view: EditorView): { from: number; to: number } | undefined {
  const { from, to } = targetOf(event, view) ?? selectedIn(view) ?? view.state.selection.main;
  return from === to ? undefined : { from: Math.min(from, to), to: Math.max(from, to) };
}

/** What the event itself says that it is about; Chromium says nothing for text inserted in a shadow root. */
function targetOf(event: InputEvent, view: EditorView): { from: number; to: number } | undefined {
  const [target] = event.getTargetRanges();
  if (!target) return undefined;
  return stretch(view, target.startContainer, target.startOffset, target.endContainer, target.endOffset);
}

/** What the browser has selected, which our own selection learns of an event later. */
function selectedIn(view: EditorView): { from: number; to: number } | undefined {
  // Chromium only; elsewhere the document's selection reaches into shadow roots, or our own selection has to do.
  const root: DocumentOrShadowRoot & { getSelection?: () => Selection | null } = view.root;
  const selection = root.getSelection?.() ?? document.getSelection();
  if (!selection) return undefined;
  const { anchorNode, anchorOffset, focusNode, focusOffset } = selection;
  return stretch(view, anchorNode, anchorOffset, focusNode, focusOffset);
}

function stretch(
  view: EditorView,
  start: Node | null,
  startOffset: number,
  end: Node | null,
  endOffset: number,
): { from: number; to: number } | undefined {
  if (!start || !end || !view.contentDOM.contains(start) || !view.contentDOM.contains(end)) return undefined;
  return { from: view.posAtDOM(start, startOffset), to: view.posAtDOM(end, endOffset) };
}

function editing(options: EditorOptions): Extension {
  return [
    history(),
    replacing,
    offers(),
    indentOnInput(),
    keymap.of([indentWithTab]),
    options.placeholder ? placeholder(options.placeholder) : [],
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.onChange?.(update.state.sliceDoc());
      if (update.focusChanged && !update.view.hasFocus) options.onBlur?.();
    }),
  ];
}

function ownKeys(options: EditorOptions): Parameters<typeof keymap.of>[0] {
  return [
    { key: 'Mod-Enter', run: run(options.onPrimary), stopPropagation: true },
    { key: 'Mod-s', run: run(options.onSave), preventDefault: true },
    { key: 'Mod-Shift-f', run: run(options.onFormat), preventDefault: true },
    {
      key: 'Escape',
      run(view) {
        // Escape closes the search field first, as everywhere.
        if (view.dom.querySelector('.cm-panels') !== null) return false;
        // And the list of names.
        if (completionStatus(view.state) !== null) return false;
        view.contentDOM.blur();
        options.onEscape?.();
        return true;
      },
    },
  ];
}

function run(act: (() => void) | undefined): () => boolean {
  return () => {
    act?.();
    return act !== undefined;
  };
}
