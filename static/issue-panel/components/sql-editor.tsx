import { useEffect, useRef, useState } from 'react';
import type { Editor } from '../editor/create-editor';
import type { SchemaNames } from '#core/panel/structure';
import type { Mark } from '../editor/findings';
import { HiddenNotice, MarkedText } from './hidden-notice';

/** What a review found, with the text that it is of. */
export interface Marks {
  readonly of: string;
  readonly marks: readonly Mark[];
}

/** A place that the person wants to go to: UTF-16 offset. Another `turn` goes there again. */
export interface Jump {
  readonly at: number;
  readonly turn: number;
}

/** What the page gives the SQL field. */
export interface SqlEditorProps {
  readonly label: string;
  readonly value: string;
  readonly readOnly?: boolean;
  readonly placeholder?: string;
  /** Null: no review yet. Absent where nothing is reviewed. */
  readonly marks?: Marks | null;
  readonly jump?: Jump | null;
  /** Names of the database, offered to whoever types; null or absent: none are known. */
  readonly names?: SchemaNames | null;
  readonly onChange?: (text: string) => void;
  readonly onBlur?: () => void;
  readonly onPrimary?: () => void;
  readonly onSave?: () => void;
  readonly onFormat?: () => void;
}

/**
 * SQL with highlighting and line numbers: CodeMirror, loaded after the first paint. Until it is there the text is
 * shown plain; where it cannot be loaded a plain text field takes its place, so that nobody is kept from working.
 */
export function SqlEditor(props: SqlEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const outer = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor>();
  const latest = useRef(props);
  latest.current = props;
  const [phase, setPhase] = useState<'loading' | 'ready' | 'plain'>('loading');
  const { label, readOnly = false, marks } = props;
  const marked = marks !== undefined;

  useEffect(() => {
    let gone = false;
    const mount = host.current;
    const open = async (): Promise<void> => {
      try {
        const { createEditor } = await import('../editor/create-editor');
        if (gone || mount === null) return;
        editor.current = createEditor({
          root: mount.shadowRoot ?? mount.attachShadow({ mode: 'open' }),
          label,
          readOnly,
          marked,
          text: latest.current.value,
          placeholder: latest.current.placeholder ?? '',
          ...handlers(latest),
          onEscape: () => outer.current?.focus(),
        });
        setPhase('ready');
      } catch {
        if (!gone) setPhase('plain');
      }
    };
    void open();
    return () => {
      gone = true;
      editor.current?.destroy();
      editor.current = undefined;
    };
  }, [label, readOnly, marked]);

  useEffect(() => editor.current?.setText(props.value), [props.value]);
  useEffect(() => {
    if (marks) editor.current?.setMarks(marks.of, marks.marks);
  }, [marks, phase]);
  const { jump, names = null } = props;
  useEffect(() => editor.current?.setNames(names), [names, phase]);
  useEffect(() => {
    if (jump) editor.current?.goTo(jump.at);
  }, [jump]);

  return (
    <div ref={outer} tabIndex={-1} className="qc-editor" data-testid={`editor-${label}`} data-phase={phase}>
      <div ref={host} />
      {phase === 'loading' && (
        <pre className="qc-sql-plain">
          <MarkedText text={props.value} />
        </pre>
      )}
      {phase === 'plain' && <PlainField {...props} />}
      <HiddenNotice text={props.value} />
    </div>
  );
}

function PlainField({ label, value, readOnly = false, onChange, onBlur }: SqlEditorProps) {
  return (
    <textarea
      className="qc-sql-plain qc-sql-field"
      aria-label={label}
      rows={8}
      spellCheck={false}
      readOnly={readOnly}
      value={value}
      onChange={(event) => onChange?.(event.target.value)}
      onBlur={onBlur}
    />
  );
}

/** Handlers that always reach the latest props, so that the editor is made once. */
function handlers(latest: { readonly current: SqlEditorProps }) {
  return {
    onChange: (text: string) => latest.current.onChange?.(text),
    onBlur: () => latest.current.onBlur?.(),
    onPrimary: () => latest.current.onPrimary?.(),
    onSave: () => latest.current.onSave?.(),
    onFormat: () => latest.current.onFormat?.(),
  };
}
