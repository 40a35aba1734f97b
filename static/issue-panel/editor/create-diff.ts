import { MergeView, unifiedMergeView } from '@codemirror/merge';
import { EditorState, type Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { sqlText } from './sql-text';

/** Two texts to compare. */
export interface DiffOptions {
  /** A shadow root: the page's policy forbids style elements. */
  readonly root: ShadowRoot;
  readonly before: string;
  readonly now: string;
  /** What the texts are; names the fields for people who do not see them. */
  readonly label: string;
  /** True: beside each other; false: one below the other, for narrow screens. */
  readonly wide: boolean;
}

const look = EditorView.theme({
  '.cm-changedLine': { backgroundColor: 'var(--ds-background-success)' },
  '.cm-changedText': { background: 'var(--ds-background-success-hovered)' },
  '&.cm-merge-a .cm-changedLine, .cm-deletedChunk': { backgroundColor: 'var(--ds-background-danger)' },
  '&.cm-merge-a .cm-changedText, .cm-deletedChunk .cm-deletedText': {
    background: 'var(--ds-background-danger-hovered)',
  },
  '.cm-deletedChunk': { padding: '0 8px' },
  '.cm-collapsedLines': {
    color: 'var(--ds-text-subtle)',
    background: 'var(--ds-background-neutral)',
    font: 'var(--ds-font-body-small)',
  },
});

const reading = (label: string): Extension => [sqlText({ label, readOnly: true }), look];

/** Lines around a change that stay, and the fewest that are folded. */
const collapseUnchanged = { margin: 2, minSize: 4 };

/** Builds a comparison that can only be read. */
export function createDiff({ root, before, now, label, wide }: DiffOptions): { destroy(): void } {
  if (wide) {
    return new MergeView({
      root,
      parent: root,
      a: { doc: before, extensions: reading(`${label} before`) },
      b: { doc: now, extensions: reading(`${label} now`) },
      gutter: false,
      collapseUnchanged,
    });
  }
  return new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: now,
      extensions: [
        reading(`${label}, with what was there before`),
        unifiedMergeView({ original: before, mergeControls: false, gutter: false, collapseUnchanged }),
      ],
    }),
  });
}
