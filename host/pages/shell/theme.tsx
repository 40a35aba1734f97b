import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { setGlobalTheme } from '@atlaskit/tokens/set-global-theme';

/** What the person chose; `auto` follows the system. */
export type ThemeChoice = 'light' | 'dark' | 'auto';
/** What is on the screen. */
type ColorMode = 'light' | 'dark';

interface Theme {
  readonly choice: ThemeChoice;
  readonly colorMode: ColorMode;
  readonly choose: (choice: ThemeChoice) => void;
}

const STORED = 'local-host.theme';
const systemDark = window.matchMedia('(prefers-color-scheme: dark)');
const ThemeContext = createContext<Theme | undefined>(undefined);

function storedChoice(): ThemeChoice {
  const stored = window.localStorage.getItem(STORED);
  return stored === 'light' || stored === 'dark' ? stored : 'auto';
}

function useSystemDark(): boolean {
  const [dark, setDark] = useState(systemDark.matches);
  useEffect(() => {
    const follow = (): void => setDark(systemDark.matches);
    systemDark.addEventListener('change', follow);
    return () => systemDark.removeEventListener('change', follow);
  }, []);
  return dark;
}

/** Sets Atlaskit's theme on the page and remembers the choice in this browser. */
export function ThemeProvider({ children }: { readonly children: ReactNode }) {
  const [choice, setChoice] = useState<ThemeChoice>(storedChoice);
  const dark = useSystemDark();
  const colorMode: ColorMode = choice === 'auto' ? (dark ? 'dark' : 'light') : choice;

  useEffect(() => {
    void setGlobalTheme({
      colorMode,
      light: 'light',
      dark: 'dark',
      spacing: 'spacing',
      shape: 'shape',
      typography: 'typography',
    });
  }, [colorMode]);

  const value = useMemo<Theme>(
    () => ({
      choice,
      colorMode,
      choose(next) {
        window.localStorage.setItem(STORED, next);
        setChoice(next);
      },
    }),
    [choice, colorMode],
  );
  return <ThemeContext.Provider value={value}>{children}</ThemeContext.Provider>;
}

/** The theme and how to change it. */
export function useTheme(): Theme {
  const theme = useContext(ThemeContext);
  if (!theme) throw new Error('useTheme outside ThemeProvider');
  return theme;
}
