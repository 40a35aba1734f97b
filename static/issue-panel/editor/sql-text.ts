import { PostgreSQL, SQLDialect, sql } from '@codemirror/lang-sql';
import { EditorState, type Extension } from '@codemirror/state';
import { drawSelection, EditorView, lineNumbers } from '@codemirror/view';
import { hiddenBadges } from './hidden-badges';
import { editorTheme } from './theme';

/** Words that PostgreSQL does not reserve and that are the names of columns far more often than keywords. */
const ordinary = new Set('id name type key value data role level status state action owner label'.split(' '));
const dialect = SQLDialect.define({
  ...PostgreSQL.spec,
  keywords: (PostgreSQL.spec.keywords ?? '')
    .split(' ')
    .filter((word) => !ordinary.has(word))
    .join(' '),
});

/** What every field with SQL in it looks like, whether it is written, read or compared. */
export function sqlText({ label, readOnly }: { label: string; readOnly: boolean }): Extension {
  return [
    // Bytes are what is approved: a line end stays what it was pasted as.
    EditorState.lineSeparator.of('\n'),
    lineNumbers(),
    drawSelection(),
    sql({ dialect, upperCaseKeywords: true }),
    hiddenBadges(),
    editorTheme(readOnly),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({
      'aria-label': label,
      ...(readOnly ? { 'aria-readonly': 'true' } : {}),
    }),
    readOnly ? EditorState.readOnly.of(true) : [],
  ];
}
