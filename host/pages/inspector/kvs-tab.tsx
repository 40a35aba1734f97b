import type { Inspection } from './shape';

function pretty(value: string): string {
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

/** Keys and values of the app's storage, by space. */
export function KvsTab({ data }: { readonly data: Inspection }) {
  const spaces = Object.entries(data.kvs.entries);
  if (spaces.length === 0) return <p className="subtle">The app has stored nothing yet.</p>;
  return (
    <>
      {spaces.map(([space, entries]) => (
        <section key={space} aria-label={space}>
          <h2>
            {space}{' '}
            <span className="subtle">
              {data.kvs.sizes[space]?.keys ?? entries.length} keys, {data.kvs.sizes[space]?.bytes ?? 0} bytes
            </span>
          </h2>
          <div className="kvs">
            {entries.map((entry) => (
              <details key={entry.key}>
                <summary>{entry.key}</summary>
                <pre tabIndex={0} role="region" aria-label={`Value of ${entry.key}`}>
                  {pretty(entry.value)}
                </pre>
              </details>
            ))}
          </div>
        </section>
      ))}
    </>
  );
}
