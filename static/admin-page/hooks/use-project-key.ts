import { createContext, useContext } from 'react';
import { useAdmin } from './admin-context';

/** The project chosen on this page and not yet set up; above the tabs, so that each of them plans for the same one. */
export const ChosenProject = createContext<{
  readonly key: string | null;
  readonly choose: (key: string | null) => void;
}>({ key: null, choose: () => undefined });

/** Key of the project that is set up, or else of the chosen one. */
export function useProjectKey(): string | null {
  const { overview } = useAdmin();
  const chosen = useContext(ChosenProject);
  return overview.project?.key ?? chosen.key;
}
