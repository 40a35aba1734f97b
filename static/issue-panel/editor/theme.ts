import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

const look = EditorView.theme({
  '&': {
    color: 'var(--ds-text)',
    backgroundColor: 'var(--ds-background-input)',
    border: 'var(--ds-border-width) solid var(--ds-border-input)',
    borderRadius: 'var(--ds-radius-small)',
  },
  '&.cm-focused': { outline: '2px solid var(--ds-border-focused)', outlineOffset: '-1px' },
  '.cm-scroller': { font: 'var(--ds-font-code)', lineHeight: '20px', overflow: 'auto', maxHeight: '30rem' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ds-text)' },
  '.cm-line': { padding: '0 8px' },
  '.cm-gutters': {
    color: 'var(--ds-text-subtle)',
    backgroundColor: 'var(--ds-background-input)',
    border: 'none',
    borderRight: 'var(--ds-border-width) solid var(--ds-border)',
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLineGutter': { color: 'var(--ds-text)' },
  '.cm-cursor, .cm-dropCursor': { borderLeftColor: 'var(--ds-text)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'var(--ds-background-selected)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--ds-background-accent-gray-subtlest)' },
  '.cm-placeholder': { color: 'var(--ds-text-subtlest)' },
  '.cm-panels': { color: 'var(--ds-text)', backgroundColor: 'var(--ds-surface-raised)' },
  '.cm-hidden-character': {
    font: 'var(--ds-font-code)',
    padding: '0 4px',
    margin: '0 1px',
    borderRadius: 'var(--ds-radius-small)',
    color: 'var(--ds-text-warning)',
    backgroundColor: 'var(--ds-background-warning)',
  },
  '.cm-hidden-character-forbidden': {
    color: 'var(--ds-text-danger)',
    backgroundColor: 'var(--ds-background-danger)',
  },
});

const readOnlyLook = EditorView.theme({
  '&': { backgroundColor: 'var(--ds-surface)', borderColor: 'var(--ds-border)' },
  '.cm-gutters': { backgroundColor: 'var(--ds-surface)' },
  '.cm-cursor': { display: 'none' },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: 'var(--ds-text-accent-blue)', fontWeight: 'bold' },
  { tag: [tags.typeName, tags.standard(tags.name)], color: 'var(--ds-text-accent-teal)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ds-text-accent-green)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--ds-text-accent-purple)' },
  { tag: tags.comment, color: 'var(--ds-text-subtle)', fontStyle: 'italic' },
]);

/** Jira's colours for the editor, from the design tokens: they follow light and dark by themselves. */
export function editorTheme(readOnly: boolean): Extension {
  return [readOnly ? [readOnlyLook, look] : look, syntaxHighlighting(colours)];
}
