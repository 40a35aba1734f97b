import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';

/** A finding where the editor shows it: UTF-16 offsets [from, to). */
export interface Mark {
  readonly from: number;
  readonly to: number;
  readonly level: 'info' | 'warning' | 'error';
  readonly message: string;
}

const look = EditorView.theme({
  '.cm-tooltip': {
    maxWidth: '40rem',
    color: 'var(--ds-text)',
    backgroundColor: 'var(--ds-surface-overlay)',
    border: 'var(--ds-border-width) solid var(--ds-border)',
    borderRadius: 'var(--ds-radius-small)',
    boxShadow: 'var(--ds-shadow-overlay)',
  },
  '.cm-diagnostic': { padding: '6px 10px', font: 'var(--ds-font-body-small)' },
  '.cm-diagnostic-error': { borderLeftColor: 'var(--ds-border-danger)' },
  '.cm-diagnostic-warning': { borderLeftColor: 'var(--ds-border-warning)' },
  '.cm-diagnostic-info': { borderLeftColor: 'var(--ds-border-information)' },
});

/** Room for findings beside the lines. */
export function findingsGutter(): Extension {
  return [lintGutter(), look];
}

/** Shows findings in the gutter and under the text; none takes away what was shown. */
export function showFindings(view: EditorView, marks: readonly Mark[]): void {
  const { length } = view.state.doc;
  const diagnostics = marks.map(({ from, to, level, message }): Diagnostic => ({
    from: Math.min(from, length),
    to: Math.min(to, length),
    severity: level,
    message,
  }));
  view.dispatch(setDiagnostics(view.state, diagnostics));
}
