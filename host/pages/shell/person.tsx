const COLORS = ['blue', 'teal', 'green', 'purple', 'magenta', 'orange', 'red'] as const;

function colorOf(text: string): string {
  let sum = 0;
  for (const character of text) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 9973;
  return COLORS[sum % COLORS.length] ?? 'blue';
}

const initialsOf = (name: string): string =>
  name
    .replace(/\(.*\)/u, '')
    .split(/\s+/u)
    .filter((part) => part !== '')
    .map((part) => String.fromCodePoint(part.codePointAt(0) ?? 0x3f))
    .slice(0, 2)
    .join('')
    .toUpperCase();

/** A round picture made of initials; decoration beside a name, so it has no name of its own. */
export function Initials({
  name,
  size = 'medium',
}: {
  readonly name: string;
  readonly size?: 'small' | 'medium' | 'large';
}) {
  const color = colorOf(name);
  return (
    <span
      aria-hidden="true"
      className={`initials initials-${size}`}
      style={{ backgroundColor: `var(--ds-background-accent-${color}-bolder)` }}
      // Drawn by the style sheet: text here would count as the visible label of a button around it.
      data-initials={initialsOf(name)}
    />
  );
}

/** Picture and name of a person, or a word for nobody. */
export function PersonName({
  user,
  none = 'Unassigned',
}: {
  readonly user: { readonly displayName: string } | null | undefined;
  readonly none?: string;
}) {
  if (!user) return <span className="subtle">{none}</span>;
  return (
    <span className="person">
      <Initials name={user.displayName} size="small" />
      {user.displayName}
    </span>
  );
}
