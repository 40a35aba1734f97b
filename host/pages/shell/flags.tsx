import { createContext, useCallback, useContext, useMemo, useState, type ReactNode } from 'react';
import Flag, { AutoDismissFlag, FlagGroup } from '@atlaskit/flag';
import ErrorIcon from '@atlaskit/icon/core/status-error';
import InformationIcon from '@atlaskit/icon/core/status-information';
import SuccessIcon from '@atlaskit/icon/core/status-success';
import WarningIcon from '@atlaskit/icon/core/status-warning';
import { wordsOf } from '../rest/http';

/** A message at the corner of the screen. */
interface FlagNote {
  readonly id?: string;
  readonly kind: 'info' | 'success' | 'warning' | 'error';
  readonly title: string;
  readonly description?: string | undefined;
  readonly actions?: readonly { readonly text: string; readonly onClick: () => void }[] | undefined;
  /** Goes away by itself; errors stay until they are dismissed. */
  readonly autoDismiss?: boolean | undefined;
}

interface Flags {
  readonly show: (note: FlagNote) => string;
  readonly close: (id: string) => void;
  /** Shows why something was refused. */
  readonly refused: (title: string, error: unknown) => void;
}

const FlagsContext = createContext<Flags | undefined>(undefined);

const ICONS = {
  info: <InformationIcon label="Information" color="var(--ds-icon-information)" />,
  success: <SuccessIcon label="Success" color="var(--ds-icon-success)" />,
  warning: <WarningIcon label="Warning" color="var(--ds-icon-warning)" />,
  error: <ErrorIcon label="Error" color="var(--ds-icon-danger)" />,
};

let counter = 0;

/** Shows flags for everything below it. */
export function FlagsProvider({ children }: { readonly children: ReactNode }) {
  const [notes, setNotes] = useState<readonly (FlagNote & { id: string })[]>([]);
  const close = useCallback((id: string) => setNotes((old) => old.filter((note) => note.id !== id)), []);
  const show = useCallback((note: FlagNote) => {
    const id = note.id ?? `flag-${(counter += 1)}`;
    setNotes((old) => [{ ...note, id }, ...old.filter((other) => other.id !== id)]);
    return id;
  }, []);
  const flags = useMemo<Flags>(
    () => ({
      show,
      close,
      refused: (title, error) => void show({ kind: 'error', title, description: wordsOf(error) }),
    }),
    [show, close],
  );

  return (
    <FlagsContext.Provider value={flags}>
      {children}
      <FlagGroup label="Messages" onDismissed={(id) => close(String(id))}>
        {notes.map((note) => {
          const Shown = note.autoDismiss === true ? AutoDismissFlag : Flag;
          return (
            <Shown
              key={note.id}
              id={note.id}
              icon={ICONS[note.kind]}
              title={note.title}
              description={note.description}
              actions={(note.actions ?? []).map((action) => ({
                content: action.text,
                onClick: action.onClick,
              }))}
            />
          );
        })}
      </FlagGroup>
    </FlagsContext.Provider>
  );
}

/** How to show flags. */
export function useFlags(): Flags {
  const flags = useContext(FlagsContext);
  if (!flags) throw new Error('useFlags outside FlagsProvider');
  return flags;
}
