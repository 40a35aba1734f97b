import type * as v from 'valibot';
import type { Result } from '#core/result';
import type { JiraRefusal } from '../ports';

type Answer<TSchema extends v.GenericSchema> = Promise<Result<v.InferOutput<TSchema>, JiraRefusal>>;

/** Ids that earlier steps made or found, by our names for them; see `kept.ts`. */
export type KeptIds = Readonly<Record<string, string>>;

/** Jira's configuration by REST v3, with the rights of whoever asks: the admin at the page, or the app that only reads. */
export interface SiteAdmin {
  get<TSchema extends v.GenericSchema>(path: string, schema: TSchema): Answer<TSchema>;
  /** A question that Jira takes as a POST. */
  ask<TSchema extends v.GenericSchema>(path: string, body: unknown, schema: TSchema): Answer<TSchema>;
  /** Changes Jira. The app's own reader refuses it. */
  send<TSchema extends v.GenericSchema>(
    method: 'POST' | 'PUT' | 'DELETE',
    path: string,
    body: unknown,
    schema: TSchema,
  ): Answer<TSchema>;
  ids(): Promise<KeptIds>;
  /** Remembers ids; null forgets one. */
  keep(ids: Readonly<Record<string, string | null>>): Promise<void>;
  /** accountId of the admin; `app` for the app's own reader. */
  actor(): Promise<string>;
  /** This app in Jira's eyes. */
  readonly app: { readonly appUuid: string; readonly environmentId: string };
}

type Query = Readonly<Record<string, string | readonly string[]>>;

/** Builds a REST path from segments and query; every part is encoded. */
export function rest(segments: readonly string[], query: Query = {}): string {
  const path = `/rest/api/3/${segments.map(encodeURIComponent).join('/')}`;
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]): [string, string][] =>
      typeof value === 'string' ? [[name, value]] : value.map((one): [string, string] => [name, one]),
    ),
  ).toString();
  return search === '' ? path : `${path}?${search}`;
}

/** ARI of one of our modules, as Jira names it in fields, panels and gadgets. ⚠ Composed: Jira tells it only for rules. */
export function moduleAri(admin: SiteAdmin, moduleKey: string): string {
  return `ari:cloud:ecosystem::extension/${admin.app.appUuid}/${admin.app.environmentId}/static/${moduleKey}`;
}
