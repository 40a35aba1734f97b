import * as v from 'valibot';
import { MODELLED } from './coverage';

const testId = { testId: v.exactOptional(v.string()) };
const schemas: ReadonlyMap<string, v.GenericSchema<unknown, object>> = new Map(
  Object.entries(MODELLED).map(([name, entries]) => [name, v.strictObject({ ...entries, ...testId })]),
);

function refusalOf(name: string, issue: v.BaseIssue<unknown>): string {
  const prop = issue.path?.[0]?.key;
  const at = `UI Kit component ${name}: the prop ${String(prop)}`;
  if (issue.expected === 'never') return `${at} is not modelled by the local host`;
  if (issue.input === undefined) return `${at} is missing`;
  return `${at} has a value that the local host does not model: ${JSON.stringify(issue.input) ?? typeof issue.input}`;
}

/** Checks a component and its props against what is modelled: the props, or the refusal in words. */
export function checked(
  name: string,
  props: Readonly<Record<string, unknown>>,
): { readonly props: object } | { readonly refusal: string } {
  const schema = schemas.get(name);
  if (schema === undefined) return { refusal: `UI Kit component ${name} is not modelled by the local host` };
  const given = Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined));
  const parsed = v.safeParse(schema, given);
  return parsed.success ? { props: parsed.output } : { refusal: refusalOf(name, parsed.issues[0]) };
}
