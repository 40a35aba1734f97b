import { useEffect, useState } from 'react';

/** One match of a picker; `why` says why it cannot be chosen. */
export interface Option<T> {
  readonly key: string;
  readonly label: string;
  readonly why: string | null;
  readonly value: T;
}

/** Typing rests this long before Jira is asked. */
const restMs = 200;

/** Matches for what is being typed; `query` null: nobody is typing. */
export function useSearch<T>(query: string | null, search: (query: string) => Promise<Option<T>[]>) {
  const [options, setOptions] = useState<readonly Option<T>[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [searching, setSearching] = useState(false);
  useEffect(() => {
    if (query === null) {
      setOptions([]);
      return undefined;
    }
    let gone = false;
    const find = async (): Promise<void> => {
      try {
        const found = await search(query.trim());
        if (gone) return;
        setOptions(found);
        setProblem(null);
      } catch (error) {
        if (gone) return;
        setOptions([]);
        setProblem(error instanceof Error ? error.message : 'Jira did not answer. Try again.');
      }
      setSearching(false);
    };
    setSearching(true);
    const timer = setTimeout(() => void find(), query === '' ? 0 : restMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [query, search]);
  return { options, problem, searching };
}
