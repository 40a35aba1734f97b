/** A column of a table or view, as the server numbers them. */
export interface ColumnPlace {
  readonly table: number;
  /** 0: the whole row. Negative: a system column. */
  readonly column: number;
}

/**
 * Where each column of a view comes from, by its stored query (`pg_rewrite.ev_action`), in which PostgreSQL notes the
 * origin of every column that it passes on as it is. The form of the text is the server's own matter, so what is not
 * as expected gives null, which is: unknown. Keys are column numbers of the view.
 */
export function viewColumns(action: string): ReadonlyMap<number, ColumnPlace> | null {
  const list = topTargetList(action);
  if (list === null) return null;
  const columns = new Map<number, ColumnPlace>();
  for (const entry of entriesOf(list)) {
    const found =
      /:resno (\d+) :resname .* :ressortgroupref \d+ :resorigtbl (\d+) :resorigcol (-?\d+) :resjunk (true|false)$/s.exec(
        entry,
      );
    if (!found) return null;
    const [, number, table, column, junk] = found;
    if (junk === 'false') columns.set(Number(number), { table: Number(table), column: Number(column) });
  }
  return columns;
}

/** Every index of `text` with the depth of nesting before it; escaped characters and quoted words are passed over. */
function* brackets(text: string): Generator<{ at: number; open: boolean; depth: number }> {
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at];
    if (char === '\\') at += 1;
    else if (char === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (char === '{' || char === '(') {
      yield { at, open: true, depth };
      depth += 1;
    } else if (char === '}' || char === ')') {
      depth -= 1;
      yield { at, open: false, depth };
    }
  }
}

/** The inside of `:targetList (…)` of the one query, which stands two brackets deep: `({QUERY … })`. */
function topTargetList(action: string): string | null {
  if (!action.startsWith('({QUERY ')) return null;
  const name = ':targetList ';
  let start: number | null = null;
  let queries = 0;
  for (const { at, open, depth } of brackets(action)) {
    if (open && depth === 1) queries += 1;
    if (depth !== 2) continue;
    if (open && action.slice(at - name.length, at) === name) {
      if (start !== null) return null;
      start = at + 1;
    } else if (!open && start !== null && queries === 1) return action.slice(start, at);
  }
  return null;
}

/** The insides of `{…} {…}`. */
function entriesOf(list: string): readonly string[] {
  const entries: string[] = [];
  let start = 0;
  for (const { at, open, depth } of brackets(list)) {
    if (depth !== 0) continue;
    if (open) start = at + 1;
    else entries.push(list.slice(start, at));
  }
  return entries;
}
