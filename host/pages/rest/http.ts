import * as v from 'valibot';

const ErrorBody = v.looseObject({
  errorMessages: v.optional(v.array(v.string()), []),
  errors: v.optional(v.record(v.string(), v.string()), {}),
  message: v.optional(v.string()),
  error: v.optional(v.string()),
});

/** A refusal of Jira or of the host: its status and its own words. */
export class Refusal extends Error {
  readonly status: number;
  /** Messages that belong to no field. */
  readonly messages: readonly string[];
  /** Messages by field id. */
  readonly fieldErrors: Readonly<Record<string, string>>;

  constructor(status: number, messages: readonly string[], fieldErrors: Readonly<Record<string, string>>) {
    super([...messages, ...Object.values(fieldErrors)].join(' ') || `The server answered ${status}.`);
    this.name = 'Refusal';
    this.status = status;
    this.messages = messages;
    this.fieldErrors = fieldErrors;
  }
}

/** What went wrong, in words for the screen. */
export const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function refusalOf(response: Response): Promise<Refusal> {
  const text = await response.text();
  try {
    const body = v.parse(ErrorBody, JSON.parse(text));
    const own = [body.message, body.error].filter((part): part is string => part !== undefined);
    return new Refusal(response.status, [...body.errorMessages, ...own], body.errors);
  } catch {
    return new Refusal(response.status, text === '' ? [] : [text.slice(0, 300)], {});
  }
}

async function send(method: string, path: string, body?: unknown): Promise<Response> {
  const response = await fetch(path, {
    method,
    credentials: 'same-origin',
    headers: {
      Accept: 'application/json',
      ...(method === 'GET' ? {} : { 'X-Atlassian-Token': 'no-check' }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw await refusalOf(response);
  return response;
}

type Schema<T> = v.GenericSchema<unknown, T>;

/** Reads JSON and checks its shape. Rejects with a `Refusal` when the server says no. */
export async function read<T>(path: string, schema: Schema<T>): Promise<T> {
  return v.parse(schema, await (await send('GET', path)).json());
}

/** Writes JSON and reads the answer, whose shape is checked. */
export async function ask<T>(
  method: 'POST' | 'PUT',
  path: string,
  body: unknown,
  schema: Schema<T>,
): Promise<T> {
  return v.parse(schema, await (await send(method, path, body)).json());
}

/** Writes JSON; the answer does not matter. */
export async function write(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<void> {
  await send(method, path, body);
}

/** Joins a path and its query; undefined parameters are left out. */
export function withQuery(
  path: string,
  query: Readonly<Record<string, string | number | undefined>>,
): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== undefined) params.set(name, String(value));
  const text = params.toString();
  return text === '' ? path : `${path}?${text}`;
}
